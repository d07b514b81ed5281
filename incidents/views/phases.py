"""The phase bar and the milestones of one incident, in words and coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from core.templatetags.ui import duration
from incidents import analytics
from incidents.models import Incident, Milestone, Precision, TimelineEvent
from incidents.views.clock import Clock, clock_named, hours, is_around_a_day

_WIDE = 24.0  # hundredths from which a label fits on a phone
_ROOMY = 11.0  # and from which it fits on a desk


@dataclass(frozen=True)
class BarSegment:
    """A stretch of the bar. Coordinates are per cent, as SVG takes them."""

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
    """A milestone with its time, and how long after the start it came. An empty `time` says that
    it is not recorded."""

    label: str
    href: str
    time: str
    utc: str
    after: str
    formula: str


@dataclass(frozen=True)
class Phases:
    """What the top of the page says about times."""

    segments: list[BarSegment]
    stops: list[BarStop]
    milestones: list[MilestoneRow]
    description: str
    clock: Clock


def phases(incident: Incident, events: Sequence[TimelineEvent]) -> Phases:
    """The phases of `incident`, from its timeline alone."""
    clock = clock_named(incident.time_zone)
    known = analytics.milestones(events)
    bar = analytics.phase_bar(events)
    rows = _milestone_rows(known, analytics.metrics(events), clock)
    return Phases(
        segments=[_segment(segment) for segment in bar.segments] if bar else [],
        stops=[_stop(stop) for stop in bar.stops] if bar else [],
        milestones=rows,
        description="; ".join(f"{row.label}: {row.time or 'not recorded'}" for row in rows),
        clock=clock,
    )


def _segment(segment: analytics.Segment) -> BarSegment:
    label = duration(segment.span) if segment.span is not None else "?"
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
    after = f", {duration(stop.after_start)} after the start" if stop.after_start else ""
    return BarStop(
        x=f"{min(max(stop.x, 0.3), 99.7):.2f}%",
        milestone=stop.milestone.value,
        href=f"#event-{stop.event.pk}",
        title=f"{stop.milestone.label}{after}",
    )


def _milestone_rows(
    known: dict[str, TimelineEvent], metrics: Sequence[analytics.Metric], clock: Clock
) -> list[MilestoneRow]:
    """Started, detected, mitigated and resolved always; declared and recovered where recorded."""
    by_milestone = dict(
        zip(
            (
                Milestone.DETECTED,
                Milestone.DECLARED,
                Milestone.MITIGATED,
                Milestone.RECOVERED,
                Milestone.RESOLVED,
            ),
            metrics,
            strict=True,
        )
    )
    rows = []
    for milestone in Milestone:
        event = known.get(milestone)
        if event is None and milestone in (Milestone.DECLARED, Milestone.RECOVERED):
            continue
        metric = by_milestone.get(milestone)
        rows.append(_milestone_row(milestone, event, metric, clock))
    return rows


def _milestone_row(
    milestone: Milestone,
    event: TimelineEvent | None,
    metric: analytics.Metric | None,
    clock: Clock,
) -> MilestoneRow:
    after = formula = ""
    if metric is not None:
        formula = metric.formula
        if metric.span is not None:
            about = "about " if metric.approximate else ""
            after = f"after {about}{duration(metric.span)}"
    return MilestoneRow(
        label=milestone.label,
        href=f"#event-{event.pk}" if event else "",
        time=_time(event, clock) if event else "",
        utc=_utc(event, clock) if event else "",
        after=after,
        formula=formula,
    )


def _time(event: TimelineEvent, clock: Clock) -> str:
    at = event.occurred_at
    if at is None:
        return ""
    day = f"{clock.local(at):%-d %b %Y}"
    if event.precision == Precision.DAY:
        return day
    if is_around_a_day(event.precision, clock.local(at)):
        return f"about {day}"
    about = "" if event.precision == Precision.MINUTE else "about "
    return f"{day}, {about}{clock.time(at)} {clock.zone_name(at)}".rstrip()


def _utc(event: TimelineEvent, clock: Clock) -> str:
    at = event.occurred_at
    if at is None or not clock.shows_utc or event.precision == Precision.DAY:
        return ""
    if not clock.local(at).utcoffset():
        return ""
    return f"{hours(at.astimezone(UTC))} UTC"
