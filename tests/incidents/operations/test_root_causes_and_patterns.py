"""Causes and pattern links."""

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import DomainError
from incidents.operations import root_causes
from incidents.operations.root_causes import CauseFields, StaleCause
from recurrence.operations import pattern_links
from tests.factories import (
    NOON,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    RootCauseFactory,
)


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
        pattern_links.decide(link, "dismissed", by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        pattern_links.unlink(link, by=vera, at=NOON)
