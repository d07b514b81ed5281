"""The status of a postmortem."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import DomainError
from incidents.models import Edition
from incidents.operations import postmortems, sections
from incidents.operations.seen_revisions import ChangedSinceSeen
from tests.factories import NOON, IncidentFactory
from tests.recorded import records, records_nothing

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def incident(ana):
    return IncidentFactory(owner=ana)


def status(incident):
    incident.refresh_from_db()
    return incident.status


def test_a_draft_is_reviewed_and_published(incident, ana, rita):
    postmortems.request_review(incident, by=ana, at=NOON)
    assert status(incident) == "in_review"

    edition = postmortems.publish(incident, by=rita, at=NOON)

    assert status(incident) == "published"
    assert incident.published_at == NOON
    assert (edition.revision, edition.published_by) == (incident.revisions.first(), rita)


def test_an_author_can_neither_publish_nor_withdraw(incident, ana, rita):
    with pytest.raises(PermissionDenied):
        postmortems.publish(incident, by=ana, at=NOON)

    postmortems.publish(incident, by=rita, at=NOON)

    with pytest.raises(PermissionDenied):
        postmortems.reopen(incident, by=ana, at=NOON)
    assert status(incident) == "published"


def test_publishing_again_changes_nothing(incident, rita):
    first = postmortems.publish(incident, by=rita, at=NOON)

    assert postmortems.publish(incident, by=rita, at=NOON) == first
    assert incident.revisions.count() == 1


def test_editions_stay_when_the_postmortem_is_edited(incident, ana, rita):
    first = postmortems.publish(incident, by=rita, at=NOON)
    frozen = first.revision.content

    sections.add(incident, title="Later", body="More.", kind="other", by=ana, at=NOON)
    postmortems.reopen(incident, by=rita, at=NOON)
    postmortems.publish(incident, by=rita, at=NOON)

    first.refresh_from_db()
    assert first.revision.content == frozen
    assert Edition.objects.filter(revision__incident=incident).exists()


def test_not_required_needs_a_reason_and_can_be_undone(incident, ana, rita):
    with pytest.raises(DomainError):
        postmortems.mark_not_required(incident, reason="  ", by=ana, at=NOON)

    postmortems.mark_not_required(incident, reason="A drill.", by=ana, at=NOON)
    assert status(incident) == "not_required"
    with pytest.raises(DomainError):
        postmortems.publish(incident, by=rita, at=NOON)

    postmortems.reopen(incident, by=ana, at=NOON)
    assert status(incident) == "draft"
    assert incident.not_required_reason == ""


def test_a_viewer_changes_no_status(incident, vera):
    for step in (postmortems.request_review, postmortems.publish, postmortems.reopen):
        with pytest.raises(PermissionDenied):
            step(incident, by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        postmortems.mark_not_required(incident, reason="No.", by=vera, at=NOON)


def test_each_change_of_the_status_is_recorded_with_person_and_time(incident, ana, ben, rita):
    with records(incident, "Requested a review", by=ben, at=LATER):
        postmortems.request_review(incident, by=ben, at=LATER)
    incident.refresh_from_db()
    assert incident.review_asked_at == LATER
    with records(incident, "Published", by=rita, at=LATER):
        edition = postmortems.publish(incident, by=rita, at=LATER)
    assert (edition.published_by, edition.published_at) == (rita, LATER)
    with records(incident, "Moved it back to draft", by=rita, at=LATER):
        postmortems.reopen(incident, by=rita, at=LATER)
    with records(incident, "Marked as not required", by=ana, at=LATER):
        postmortems.mark_not_required(incident, reason="A drill.", by=ana, at=LATER)


def test_a_status_that_it_has_already_is_not_recorded_again(incident, ana, ben):
    with records_nothing(incident):
        postmortems.reopen(incident, by=ben, at=LATER)

    postmortems.request_review(incident, by=ana, at=NOON)
    with records_nothing(incident):
        postmortems.request_review(incident, by=ben, at=LATER)

    incident.refresh_from_db()
    assert incident.review_asked_at == NOON


def test_only_a_draft_goes_to_review_and_a_published_postmortem_stays_required(incident, ana, rita):
    postmortems.publish(incident, by=rita, at=NOON)

    with pytest.raises(DomainError, match="move it back to draft first"):
        postmortems.request_review(incident, by=ana, at=LATER)
    with pytest.raises(DomainError, match="move it back to draft first"):
        postmortems.mark_not_required(incident, reason="A drill.", by=ana, at=LATER)

    assert status(incident) == "published"


def test_no_status_changes_if_others_saved_since_the_page_was_opened(incident, ana, ben, rita):
    sections.add(incident, title="One", body="", kind="other", by=ana, at=NOON)
    sections.add(incident, title="Two", body="", kind="other", by=ben, at=NOON)

    for change in (
        lambda: postmortems.request_review(incident, seen=1, by=ana, at=LATER),
        lambda: postmortems.publish(incident, seen=1, by=rita, at=LATER),
        lambda: postmortems.mark_not_required(incident, reason="No.", seen=1, by=ana, at=LATER),
    ):
        with pytest.raises(ChangedSinceSeen):
            change()
    assert status(incident) == "draft"

    postmortems.request_review(incident, seen=2, by=ana, at=LATER)
    with pytest.raises(ChangedSinceSeen):
        postmortems.reopen(incident, seen=2, by=ben, at=LATER)
    assert status(incident) == "in_review"
