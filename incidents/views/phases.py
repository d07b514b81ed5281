"""The phase bar and the milestones of one incident, as text and coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC

from core import times
from incidents import analytics
from incidents.clock import (
    Clock,
    after_words,
    clock_named,
    elapsed_words,
    utc_words,
    when_words,
)
from incidents.models import Incident, Milestone, TimelineEvent

_WIDE = 24.0  # hundredths at which a label fits on a phone
_ROOMY = 11.0  # and at which it fits on a desktop


@dataclass(frozen=True)
class BarSegment:
    """A segment of the bar. Coordinates are in per cent, for SVG."""

    x: str
    width: str
    middle: str
    phase: str
    label: str
    label_class: str
    title: str


@dataclass(frozen=True)
class BarStop:
    x: str
    milestone: str
    href: str
    title: str


@dataclass(frozen=True)
class MilestoneRow:
    """A milestone with its time, empty if it is not recorded, and the time since the start."""

    label: str
    href: str
    time: str
    utc: str
    after: str
    formula: str


@dataclass(frozen=True)
class Doubt:
    """A reason to check the milestones, with the event to look at."""

    text: str
    href: str


@dataclass(frozen=True)
class Phases:
    """The times at the top of the page."""

    segments: list[BarSegment]
    stops: list[BarStop]
    milestones: list[MilestoneRow]
    missing: str
    doubts: list[Doubt]
    description: str
    clock: Clock


def phases(incident: Incident, events: Sequence[TimelineEvent]) -> Phases:
    """Return the phases of `incident`, from its timeline alone.

    There is no bar if a milestone is before the start: it would show impossible spans.
    """
    clock = clock_named(incident.time_zone)
    zone = clock.zone or UTC
    known, metrics = analytics.milestones(events), analytics.metrics(events, zone)
    is_ordered = not any(metric.elapsed.out_of_order for metric in metrics)
    bar = analytics.phase_bar(events, zone) if is_ordered else None
    rows = _milestone_rows(known, metrics, clock)
    return Phases(
        segments=[_segment(segment) for segment in bar.segments] if bar else [],
        stops=[_stop(stop) for stop in bar.stops] if bar else [],
        milestones=[row for row in rows if row.time],
        missing=", ".join(row.label.lower() for row in rows if not row.time),
        doubts=[*_out_of_order(known, metrics), *_unusual(known, metrics)],
        description="; ".join(f"{row.label}: {row.time or times.NOT_RECORDED}" for row in rows),
        clock=clock,
    )


def _out_of_order(
    known: dict[str, TimelineEvent], metrics: Sequence[analytics.Metric]
) -> Iterator[Doubt]:
    for metric in metrics:
        if metric.elapsed.out_of_order:
            name = metric.milestone.label.lower()
            words = f"Milestones out of order: {name} is before started"
            yield Doubt(words, f"#event-{known[metric.milestone].pk}")


def _unusual(
    known: dict[str, TimelineEvent], metrics: Sequence[analytics.Metric]
) -> Iterator[Doubt]:
    """Yield the first span of unusual length; later ones have the same reason."""
    for metric in metrics:
        if metric.elapsed.is_unusual:
            words = (
                f"{metric.milestone.label} {elapsed_words(metric.elapsed)} after started: "
                "unusually long, check both dates"
            )
            yield Doubt(words, f"#event-{known[metric.milestone].pk}")
            return


def _segment(segment: analytics.Segment) -> BarSegment:
    label = elapsed_words(segment.elapsed) if segment.span is not None else "?"
    return BarSegment(
        x=f"{segment.x:.2f}%",
        width=f"{segment.width:.2f}%",
        middle=f"{segment.x + segment.width / 2:.2f}%",
        phase="unknown" if segment.hatched else segment.phase,
        label=label if segment.width >= _ROOMY or segment.span is None else "",
        label_class="phase-label" if segment.width >= _WIDE else "phase-label phase-label-desk",
        title=f"{segment.text}: {label}" if segment.span is not None else segment.text,
    )


def _stop(stop: analytics.Stop) -> BarStop:
    after = after_words(stop.after_start)
    return BarStop(
        x=f"{min(max(stop.x, 0.3), 99.7):.2f}%",
        milestone=stop.milestone.value,
        href=f"#event-{stop.event.pk}",
        title=f"{stop.milestone.label} {after}" if after else stop.milestone.label,
    )


def _milestone_rows(
    known: dict[str, TimelineEvent], metrics: Sequence[analytics.Metric], clock: Clock
) -> list[MilestoneRow]:
    """Return started, detected, mitigated and resolved, and the others if they are recorded."""
    by_milestone = {metric.milestone: metric for metric in metrics}
    return [
        _milestone_row(milestone, known.get(milestone), by_milestone.get(milestone), clock)
        for milestone in Milestone
        if milestone in known or milestone not in (Milestone.DECLARED, Milestone.RECOVERED)
    ]


def _milestone_row(
    milestone: Milestone,
    event: TimelineEvent | None,
    metric: analytics.Metric | None,
    clock: Clock,
) -> MilestoneRow:
    after = ""
    if metric is not None:
        is_out_of_order = metric.elapsed.out_of_order
        after = "before started" if is_out_of_order else after_words(metric.elapsed)
    return MilestoneRow(
        label=milestone.label,
        href=f"#event-{event.pk}" if event else "",
        time=_time(event, clock) if event else "",
        utc=_utc(event, clock) if event else "",
        after=after,
        formula=metric.formula if metric else "",
    )


def _time(event: TimelineEvent, clock: Clock) -> str:
    at = event.occurred_at
    if at is None:
        return ""
    return when_words(at, event.precision, clock, times.day(clock.local(at)))


def _utc(event: TimelineEvent, clock: Clock) -> str:
    """Return UTC beside a milestone's own time; empty if the zone is at UTC then."""
    at = event.occurred_at
    words = utc_words(at, None, event.precision, clock)
    return f"{words} UTC" if words and at and clock.local(at).utcoffset() else ""
