"""Metrics of one incident, derived from the milestones on its timeline.

A missing milestone is unknown, never zero. Every metric carries its formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

from incidents.analytics.elapsed import UNKNOWN, Elapsed, elapsed
from incidents.models import Milestone, Precision, TimelineEvent


@dataclass(frozen=True)
class Metric:
    """A time span of an incident, up to `milestone`, with its formula."""

    key: str
    name: str
    verb: str
    formula: str
    milestone: Milestone
    elapsed: Elapsed

    @property
    def span(self) -> timedelta | None:
        """The span; None if a milestone is not recorded, or recorded before the start."""
        return self.elapsed.span

    @property
    def approximate(self) -> bool:
        return self.elapsed.approximate


# In reading order. “MTTR” is ambiguous, so each is named by what it measures.
_DEFINITIONS = (
    ("ttd", "Time to detect", "Detected after", Milestone.DETECTED),
    ("tta", "Time to declare", "Declared after", Milestone.DECLARED),
    ("ttm", "Time to mitigate", "Mitigated after", Milestone.MITIGATED),
    ("recovery", "Time to recovery", "Recovered after", Milestone.RECOVERED),
    ("resolve", "Time to resolve", "Resolved after", Milestone.RESOLVED),
)


@dataclass(frozen=True)
class Segment:
    """A segment of the phase bar. `x` and `width` are hundredths of the whole.

    `phase` is the milestone that it begins with; a `hatched` segment has an end that is not
    recorded or known only to the day, or covers a milestone that is not recorded.
    """

    phase: str
    x: float
    width: float
    text: str
    elapsed: Elapsed
    hatched: bool

    @property
    def span(self) -> timedelta | None:
        return self.elapsed.span


@dataclass(frozen=True)
class Stop:
    """A recorded milestone on the phase bar, with its timeline event."""

    milestone: Milestone
    x: float
    event: TimelineEvent
    after_start: Elapsed


@dataclass(frozen=True)
class PhaseBar:
    """The phases started → detected → mitigated → resolved, to scale; `missing` are not
    recorded.
    """

    segments: tuple[Segment, ...]
    stops: tuple[Stop, ...]
    missing: tuple[Milestone, ...]


def milestones(events: Iterable[TimelineEvent]) -> dict[str, TimelineEvent]:
    """Return the dated events that have a milestone, by milestone."""
    return {
        event.milestone: event
        for event in events
        if event.milestone and event.occurred_at and event.precision != Precision.UNKNOWN
    }


def metrics(events: Iterable[TimelineEvent], zone: tzinfo = UTC) -> tuple[Metric, ...]:
    """Return every metric, recorded or not; `zone` is the incident's time zone."""
    known = milestones(events)
    start = known.get(Milestone.STARTED)
    return tuple(
        Metric(
            key=key,
            name=name,
            verb=verb,
            formula=f"{name.lower()} = {milestone.label.lower()} − started",
            milestone=milestone,
            elapsed=elapsed(start, known.get(milestone), zone),
        )
        for key, name, verb, milestone in _DEFINITIONS
    )


def _moment(event: TimelineEvent) -> datetime:
    """Return the time of a dated event. Raises ValueError for an undated one."""
    if event.occurred_at is None:
        raise ValueError(f"event {event.pk} has no time")
    return event.occurred_at


# --- phase bar ----------------------------------------------------------------------------------

_CORE = (Milestone.STARTED, Milestone.DETECTED, Milestone.MITIGATED, Milestone.RESOLVED)
_ORDER = {milestone: place for place, milestone in enumerate(Milestone)}
_STUB = 9.0  # hundredths for an end that is not recorded
_LEAST = 0.8  # hundredths below which a segment is invisible


def phase_bar(events: Iterable[TimelineEvent], zone: tzinfo = UTC) -> PhaseBar | None:
    """Return the phases of an incident to scale, or None if no milestone is recorded.

    Recorded milestones are in order of time. Unknown phases are hatched: an unknown beginning or
    end is a stub of fixed width, an unknown milestone in between is the whole stretch that it would
    divide.
    """
    known = milestones(events)
    if not known:
        return None
    ordered = sorted(known.values(), key=lambda event: (_moment(event), _ORDER[_name(event)]))
    missing = tuple(milestone for milestone in _CORE if milestone not in known)
    left = _STUB if Milestone.STARTED in missing else 0.0
    right = _STUB if Milestone.RESOLVED in missing else 0.0
    places = _places(ordered, left, 100.0 - right)
    segments = [
        _segment(first, second, places[index], places[index + 1], missing, zone)
        for index, (first, second) in enumerate(pairwise(ordered))
    ]
    if left:
        text = "start not recorded"
        segments.insert(0, Segment("unknown", 0.0, left, text, UNKNOWN, hatched=True))
    if right:
        text = "end not recorded"
        segments.append(Segment("unknown", places[-1], 100.0 - places[-1], text, UNKNOWN, True))
    start = known.get(Milestone.STARTED)
    stops = tuple(
        Stop(
            _name(event),
            places[index],
            event,
            elapsed(start, event, zone) if event is not start else UNKNOWN,
        )
        for index, event in enumerate(ordered)
    )
    return PhaseBar(tuple(segments), stops, missing)


def _name(event: TimelineEvent) -> Milestone:
    return Milestone(event.milestone)


def _places(ordered: Sequence[TimelineEvent], left: float, right: float) -> list[float]:
    """Return the positions of the milestones between `left` and `right`: to scale, without
    overlap.
    """
    first, last = _moment(ordered[0]), _moment(ordered[-1])
    whole = (last - first).total_seconds()
    if not whole:
        return [left + _LEAST * index for index in range(len(ordered))]
    places = [left]
    for event in ordered[1:]:
        exact = left + (right - left) * (_moment(event) - first).total_seconds() / whole
        places.append(max(exact, places[-1] + _LEAST))
    overflow = places[-1] / right
    return [left + (place - left) / overflow for place in places] if overflow > 1 else places


def _segment(
    first: TimelineEvent,
    second: TimelineEvent,
    x: float,
    end: float,
    missing: Sequence[Milestone],
    zone: tzinfo,
) -> Segment:
    span = elapsed(first, second, zone)
    between = [
        milestone.label.lower()
        for milestone in missing
        if _ORDER[_name(first)] < _ORDER[milestone] < _ORDER[_name(second)]
    ]
    text = f"{_name(first).label} to {_name(second).label.lower()}"
    if between:
        text += f" ({' and '.join(between)} not recorded)"
    return Segment(first.milestone, x, end - x, text, span, bool(between) or span.to_the_day)
