"""Timeline events: adding, editing and deleting them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import User
from core.errors import DomainError, StaleWrite
from incidents import permissions
from incidents.models import EventKind, Incident, Milestone, Precision, TimelineEvent
from incidents.operations import revisions
from incidents.operations.incidents import hold
from incidents.operations.times import refresh_times


@dataclass(frozen=True, kw_only=True)
class EventFields:
    """The content of a timeline event. Both moments are aware; `occurred_at` is None if unknown."""

    text: str
    occurred_at: datetime | None = None
    ends_at: datetime | None = None
    precision: str = Precision.MINUTE
    as_written: str = ""
    milestone: str = ""
    kind: str = EventKind.OBSERVATION
    evidence_url: str = ""
    starred: bool = False


class MilestoneTaken(DomainError):
    """A milestone that another event, `event`, of the timeline already has."""

    def __init__(self, event: TimelineEvent) -> None:
        name = Milestone(event.milestone).label.lower()
        super().__init__(f"“{name}” is already set on the event “{event}”. Remove it there first.")
        self.event = event


class StaleEvent(StaleWrite):
    """An event that somebody else changed since the writer saw it; `current` is the stored one."""

    def __init__(self, current: TimelineEvent) -> None:
        super().__init__("Somebody else changed this event while you were writing.")
        self.current = current


@transaction.atomic
def add(incident: Incident, fields: EventFields, *, by: User, at: datetime) -> TimelineEvent:
    """Add an event: in order of time among the dated ones, or last if its time is unknown.

    Raises MilestoneTaken.
    """
    permissions.require(permissions.can_write(by), "Only authors may write.")
    held = hold(incident)
    _check(held, fields)
    event = TimelineEvent.objects.create(
        incident=held,
        position=_make_room(held, fields.occurred_at),
        recorded_at=at,
        author=by,
        **asdict(fields),
    )
    refresh_times(held)
    revisions.record(held, by=by, at=at, summary=f"Added to the timeline: {event}")
    return event


@transaction.atomic
def edit(
    event: TimelineEvent, fields: EventFields, *, base_version: int, by: User, at: datetime
) -> TimelineEvent:
    """Save the event as in `fields`; the same again changes nothing.

    It moves only if its time changed. Raises StaleEvent, or MilestoneTaken.
    """
    permissions.require(permissions.can_write(by), "Only authors may write.")
    held = hold(event.incident)
    current = TimelineEvent.objects.get(pk=event.pk)
    if fields_of(current) == fields:
        return current
    if current.version != base_version:
        raise StaleEvent(current)
    _check(held, fields, besides=current)
    if fields.occurred_at is not None and fields.occurred_at != current.occurred_at:
        current.position = _make_room(held, fields.occurred_at, besides=current)
    for name, value in asdict(fields).items():
        setattr(current, name, value)
    current.version += 1
    current.save()
    refresh_times(held)
    revisions.record(held, by=by, at=at, summary=f"Changed in the timeline: {current}")
    return current


@transaction.atomic
def delete(event: TimelineEvent, *, version: int | None = None, by: User, at: datetime) -> None:
    """Delete the event; the revisions keep it. Deleting again changes nothing.

    Raises StaleWrite if `version`, the one that the person saw, is not the current one.
    """
    permissions.require(permissions.can_write(by), "Only authors may write.")
    held = hold(event.incident)
    current = TimelineEvent.objects.filter(pk=event.pk).first()
    if current is None:
        return
    if version is not None and current.version != version:
        raise StaleWrite("Somebody saved this event since you opened this page.")
    current.delete()
    refresh_times(held)
    revisions.record(held, by=by, at=at, summary=f"Removed from the timeline: {current}")


def fields_of(event: TimelineEvent) -> EventFields:
    """Return the content of the event as one value to compare."""
    return EventFields(
        text=event.text,
        occurred_at=event.occurred_at,
        ends_at=event.ends_at,
        precision=event.precision,
        as_written=event.as_written,
        milestone=event.milestone,
        kind=event.kind,
        evidence_url=event.evidence_url,
        starred=event.starred,
    )


def _check(
    incident: Incident, fields: EventFields, *, besides: TimelineEvent | None = None
) -> None:
    if (fields.occurred_at is None) != (fields.precision == Precision.UNKNOWN):
        raise DomainError("Enter a time, or choose “time not recorded” as its precision.")
    if fields.ends_at is not None and (
        fields.occurred_at is None or fields.ends_at < fields.occurred_at
    ):
        raise DomainError("The event ends before it starts.")
    if not fields.milestone:
        return
    others = _others(incident, besides).filter(milestone=fields.milestone)
    taken = others.first()
    if taken is not None:
        raise MilestoneTaken(taken)


def _make_room(
    incident: Incident, occurred_at: datetime | None, *, besides: TimelineEvent | None = None
) -> int:
    """Return the position for an event at that time; later ones move down by one."""
    order = list(
        _others(incident, besides).order_by("position", "pk").values_list("position", "occurred_at")
    )
    if not order:
        return 1
    if occurred_at is None:
        return order[-1][0] + 1
    dated = [(position, moment) for position, moment in order if moment is not None]
    earlier = [position for position, moment in dated if moment <= occurred_at]
    after_all = order[-1][0] + 1
    before_dated = dated[0][0] if dated else after_all
    room = earlier[-1] + 1 if earlier else before_dated
    TimelineEvent.objects.filter(incident=incident, position__gte=room).update(
        position=F("position") + 1
    )
    return room


def _others(incident: Incident, besides: TimelineEvent | None) -> QuerySet[TimelineEvent]:
    """Return the events of the incident without `besides`."""
    events = TimelineEvent.objects.filter(incident=incident)
    return events.exclude(pk=besides.pk) if besides else events
