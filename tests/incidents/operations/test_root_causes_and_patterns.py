"""Causes and pattern links."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import DomainError, StaleWrite
from incidents.models import PatternLink, RootCause
from incidents.operations import root_causes
from incidents.operations.root_causes import CauseFields, StaleCause
from recurrence.operations import pattern_links
from recurrence.operations.pattern_links import NO_LINK, StaleLink
from tests.factories import (
    NOON,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    RootCauseFactory,
)
from tests.recorded import records, records_nothing

LATER = NOON + timedelta(hours=1)


def test_causes_are_in_the_order_in_which_they_were_added(ana):
    incident = IncidentFactory()
    for text in ("The deploy", "No canary"):
        root_causes.add(incident, CauseFields(text=text), by=ana, at=NOON)

    assert [cause.text for cause in incident.root_causes.all()] == ["The deploy", "No canary"]


def test_a_stale_save_of_a_cause_is_refused(ana, ben):
    cause = root_causes.add(IncidentFactory(), CauseFields(text="A"), by=ana, at=NOON)
    root_causes.edit(cause, CauseFields(text="hers"), base_version=1, by=ana, at=NOON)

    with pytest.raises(StaleCause) as refused:
        root_causes.edit(cause, CauseFields(text="his"), base_version=1, by=ben, at=NOON)

    assert refused.value.current.text == "hers"


def test_a_viewer_writes_no_cause(vera):
    cause = RootCauseFactory()

    with pytest.raises(PermissionDenied):
        root_causes.add(cause.incident, CauseFields(text="A"), by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        root_causes.edit(cause, CauseFields(text="A"), base_version=1, by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        root_causes.delete(cause, by=vera, at=NOON)


def test_a_pattern_is_linked_once(ana):
    incident, pattern = IncidentFactory(), PatternFactory()
    pattern_links.link(incident, pattern, evidence="x509", by=ana, at=NOON)

    with pytest.raises(DomainError, match="already"):
        pattern_links.link(incident, pattern, evidence="", by=ana, at=NOON)


def test_linking_confirms_a_suggested_link(ana):
    suggested = PatternLinkFactory(state="suggested", evidence="It says x509.")

    link = pattern_links.link(suggested.incident, suggested.pattern, evidence="", by=ana, at=NOON)

    assert (link.pk, link.state, link.evidence) == (suggested.pk, "confirmed", "It says x509.")
    assert link.decided_by == ana


def test_a_link_is_confirmed_or_dismissed_and_nothing_else(ana):
    link = PatternLinkFactory(state="suggested")

    assert pattern_links.decide(link, "dismissed", by=ana, at=NOON).state == "dismissed"
    assert pattern_links.decide(link, "confirmed", by=ana, at=NOON).state == "confirmed"
    with pytest.raises(DomainError):
        pattern_links.decide(link, "perhaps", by=ana, at=NOON)


def test_a_viewer_decides_nothing_about_patterns(vera):
    link = PatternLinkFactory()

    with pytest.raises(PermissionDenied):
        pattern_links.link(link.incident, PatternFactory(), evidence="", by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        pattern_links.dismiss(link.incident, PatternFactory(), by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        pattern_links.edit(link, evidence="Mine.", by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        pattern_links.decide(link, "dismissed", by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        pattern_links.unlink(link, by=vera, at=NOON)


def test_each_change_of_a_cause_is_recorded_with_person_and_time(ana, ben):
    incident = IncidentFactory()

    with records(incident, "Added a cause: The deploy", by=ben, at=LATER):
        cause = root_causes.add(incident, CauseFields(text="The deploy"), by=ben, at=LATER)
    canary = CauseFields(text="No canary")
    with records(incident, "Changed a cause: No canary", by=ana, at=LATER):
        root_causes.edit(cause, canary, base_version=1, by=ana, at=LATER)
    with records_nothing(incident):
        assert root_causes.edit(cause, canary, base_version=1, by=ben, at=LATER).version == 2
    with records(incident, "Removed a cause: No canary", by=ben, at=LATER):
        root_causes.delete(cause, by=ben, at=LATER)
    with records_nothing(incident):
        root_causes.delete(cause, by=ben, at=LATER)


def test_a_cause_changed_since_it_was_seen_is_not_removed(ana, ben):
    cause = root_causes.add(IncidentFactory(), CauseFields(text="A"), by=ana, at=NOON)
    root_causes.edit(cause, CauseFields(text="hers"), base_version=1, by=ana, at=NOON)

    with pytest.raises(StaleWrite, match="since you opened"):
        root_causes.delete(cause, version=1, by=ben, at=NOON)

    assert RootCause.objects.get().text == "hers"


def test_each_change_of_a_pattern_link_is_recorded_with_person_and_time(ana, ben):
    incident, pattern = IncidentFactory(), PatternFactory(name="Expired")

    with records(incident, "Linked the pattern “Expired”", by=ben, at=LATER):
        link = pattern_links.link(incident, pattern, evidence="x509", by=ben, at=LATER)
    assert (link.decided_by, link.decided_at) == (ben, LATER)
    with records(incident, "Evidence for “Expired”", by=ana, at=LATER):
        pattern_links.edit(link, evidence="It says x509.", by=ana, at=LATER)
    with records(incident, "Dismissed the pattern “Expired”", by=ana, at=LATER):
        link = pattern_links.decide(link, "dismissed", by=ana, at=LATER)
    assert (link.decided_by, link.decided_at) == (ana, LATER)
    with records(incident, "Confirmed the pattern “Expired”", by=ben, at=LATER):
        pattern_links.decide(link, "confirmed", by=ben, at=LATER)
    with records(incident, "Unlinked the pattern “Expired”", by=ana, at=LATER):
        pattern_links.unlink(link, by=ana, at=LATER)
    with records_nothing(incident):
        pattern_links.unlink(link, by=ana, at=LATER)


def test_dismissing_an_unlinked_pattern_is_recorded_with_person_and_time(ana):
    incident, pattern = IncidentFactory(), PatternFactory(name="Expired")

    with records(incident, "Dismissed the pattern “Expired”", by=ana, at=LATER):
        link = pattern_links.dismiss(incident, pattern, by=ana, at=LATER)

    assert (link.state, link.decided_by, link.decided_at) == ("dismissed", ana, LATER)


def test_dismissing_a_suggested_link_decides_it(ana):
    suggested = PatternLinkFactory(state="suggested")

    link = pattern_links.dismiss(suggested.incident, suggested.pattern, by=ana, at=NOON)

    assert (link.pk, link.state) == (suggested.pk, "dismissed")


def test_the_same_decision_by_another_person_changes_nothing(ana, ben):
    link = PatternLinkFactory(state="suggested")
    pattern_links.decide(link, "dismissed", by=ana, at=NOON)

    with records_nothing(link.incident):
        again = pattern_links.decide(link, "dismissed", by=ben, at=LATER)

    assert (again.decided_by, again.decided_at) == (ana, NOON)


def test_a_link_changed_since_it_was_seen_is_refused(ana, ben):
    link = PatternLinkFactory(state="suggested", evidence="Seen.")
    seen = link.version
    pattern_links.decide(link, "dismissed", by=ana, at=LATER)

    for change in (
        lambda: pattern_links.decide(link, "confirmed", version=seen, by=ben, at=LATER),
        lambda: pattern_links.edit(link, evidence="New.", version=seen, by=ben, at=LATER),
        lambda: pattern_links.unlink(link, version=seen, by=ben, at=LATER),
        lambda: pattern_links.link(
            link.incident, link.pattern, evidence="", version=NO_LINK, by=ben, at=LATER
        ),
    ):
        with pytest.raises(StaleLink, match="Ana Author changed this"):
            change()

    stored = PatternLink.objects.get()
    assert (stored.state, stored.evidence) == ("dismissed", "Seen.")


def test_a_link_removed_since_it_was_seen_is_refused(ana, ben):
    link = PatternLinkFactory()
    seen = link.version
    pattern_links.unlink(link, by=ana, at=NOON)

    for change in (
        lambda: pattern_links.decide(link, "dismissed", by=ben, at=LATER),
        lambda: pattern_links.edit(link, evidence="New.", by=ben, at=LATER),
        lambda: pattern_links.dismiss(link.incident, link.pattern, version=seen, by=ben, at=LATER),
    ):
        with pytest.raises(StaleLink, match="no longer linked"):
            change()

    assert not PatternLink.objects.exists()
