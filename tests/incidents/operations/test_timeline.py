"""The timeline as the one source of times."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import DomainError, StaleWrite
from incidents.models import Precision, TimelineEvent
from incidents.operations import timeline
from incidents.operations.timeline import EventFields, MilestoneTaken, StaleEvent
from tests.factories import NOON, IncidentFactory, TimelineEventFactory
from tests.recorded import records, records_nothing

LATER = NOON + timedelta(hours=1)


def at(minutes, text="Seen", **fields):
    return EventFields(text=text, occurred_at=NOON + timedelta(minutes=minutes), **fields)


def undated(text, **fields):
    return EventFields(text=text, precision=Precision.UNKNOWN, **fields)


def texts(incident):
    return [event.text for event in incident.timeline.all()]


def test_events_are_placed_by_time_and_undated_ones_keep_their_place(ana):
    incident = IncidentFactory()
    for fields in (at(0, "first"), at(30, "last"), undated("somewhen"), at(10, "between")):
        timeline.add(incident, fields, by=ana, at=NOON)

    assert texts(incident) == ["first", "between", "last", "somewhen"]

    timeline.add(incident, at(-5, "before all"), by=ana, at=NOON)
    timeline.add(incident, at(30, "at the same time"), by=ana, at=NOON)

    assert texts(incident) == [
        *("before all", "first", "between", "last", "at the same time", "somewhen")
    ]


def test_an_event_moves_only_when_its_time_changes(ana):
    incident = IncidentFactory()
    first, _ = (timeline.add(incident, at(n, str(n)), by=ana, at=NOON) for n in (0, 10))

    timeline.edit(first, at(0, "zero"), base_version=1, by=ana, at=NOON)
    assert texts(incident) == ["zero", "10"]

    timeline.edit(first, at(20, "twenty"), base_version=2, by=ana, at=NOON)
    assert texts(incident) == ["10", "twenty"]


def test_milestones_are_copied_to_the_incident(ana):
    incident = IncidentFactory()
    event = timeline.add(incident, at(0, milestone="started"), by=ana, at=NOON)
    timeline.add(incident, at(90, milestone="resolved"), by=ana, at=NOON)

    incident.refresh_from_db()
    assert (incident.started_at, incident.resolved_at) == (NOON, NOON + timedelta(minutes=90))

    timeline.delete(event, by=ana, at=NOON)

    incident.refresh_from_db()
    assert incident.started_at is None


def test_one_event_per_milestone_and_the_message_names_the_other(ana):
    incident = IncidentFactory()
    timeline.add(incident, at(0, "The first alert", milestone="detected"), by=ana, at=NOON)
    other = timeline.add(incident, at(5), by=ana, at=NOON)

    with pytest.raises(MilestoneTaken, match="The first alert"):
        timeline.add(incident, at(5, milestone="detected"), by=ana, at=NOON)
    with pytest.raises(MilestoneTaken, match="The first alert"):
        timeline.edit(other, at(5, milestone="detected"), base_version=1, by=ana, at=NOON)


def test_a_time_and_its_precision_must_agree(ana):
    incident = IncidentFactory()

    with pytest.raises(DomainError, match="Enter a time"):
        timeline.add(incident, EventFields(text="Seen"), by=ana, at=NOON)
    with pytest.raises(DomainError, match="before it starts"):
        timeline.add(incident, at(5, ends_at=NOON), by=ana, at=NOON)


def test_a_stale_event_is_refused_unless_it_changes_nothing(ana, ben):
    event = timeline.add(IncidentFactory(), at(0), by=ana, at=NOON)
    timeline.edit(event, at(0, "hers"), base_version=1, by=ana, at=NOON)

    with pytest.raises(StaleEvent) as refused:
        timeline.edit(event, at(0, "his"), base_version=1, by=ben, at=NOON)

    assert refused.value.current.text == "hers"
    with records_nothing(event.incident):
        assert timeline.edit(event, at(0, "hers"), base_version=1, by=ben, at=LATER).version == 2


def test_a_viewer_may_not_change_the_timeline(vera):
    event = TimelineEventFactory()

    with pytest.raises(PermissionDenied):
        timeline.add(event.incident, at(0), by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        timeline.edit(event, at(1), base_version=1, by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        timeline.delete(event, by=vera, at=NOON)


def test_each_change_of_the_timeline_is_recorded_with_person_and_time(ana, ben):
    incident = IncidentFactory()

    with records(incident, "Added to the timeline: Seen", by=ben, at=LATER):
        event = timeline.add(incident, at(0), by=ben, at=LATER)
    assert (event.author, event.recorded_at) == (ben, LATER)
    with records(incident, "Changed in the timeline: Heard", by=ana, at=LATER):
        timeline.edit(event, at(0, "Heard"), base_version=1, by=ana, at=LATER)
    with records(incident, "Removed from the timeline: Heard", by=ben, at=LATER):
        timeline.delete(event, by=ben, at=LATER)
    with records_nothing(incident):
        timeline.delete(event, by=ben, at=LATER)


def test_a_changed_time_moves_the_milestone_of_the_incident(ana):
    incident = IncidentFactory()
    event = timeline.add(incident, at(0, milestone="started"), by=ana, at=NOON)

    timeline.edit(event, at(30, milestone="started"), base_version=1, by=ana, at=NOON)

    incident.refresh_from_db()
    assert incident.started_at == incident.occurred_at == NOON + timedelta(minutes=30)


def test_an_event_changed_since_it_was_seen_is_not_removed(ana, ben):
    event = timeline.add(IncidentFactory(), at(0), by=ana, at=NOON)
    timeline.edit(event, at(0, "hers"), base_version=1, by=ana, at=NOON)

    with pytest.raises(StaleWrite, match="since you opened"):
        timeline.delete(event, version=1, by=ben, at=NOON)

    assert TimelineEvent.objects.get().text == "hers"


def test_an_edited_event_keeps_to_the_rules_of_a_new_one(ana):
    event = timeline.add(IncidentFactory(), at(0), by=ana, at=NOON)

    with pytest.raises(DomainError, match="Enter a time"):
        timeline.edit(event, EventFields(text="Seen"), base_version=1, by=ana, at=NOON)


def test_the_timeline_of_an_archived_incident_stays_as_it_is(ana):
    event = TimelineEventFactory(incident__archived_at=NOON)

    for write in (
        lambda: timeline.add(event.incident, at(0), by=ana, at=NOON),
        lambda: timeline.edit(event, at(0, "New"), base_version=1, by=ana, at=NOON),
        lambda: timeline.delete(event, by=ana, at=NOON),
    ):
        with pytest.raises(DomainError, match="archived"):
            write()
