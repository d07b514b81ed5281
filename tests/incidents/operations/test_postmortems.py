"""The status of a postmortem."""

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import DomainError
from incidents.models import Edition
from incidents.operations import postmortems, sections
from tests.factories import NOON, IncidentFactory


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
