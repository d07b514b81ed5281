"""The timeline for its page: every value is computed before the template renders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.safestring import SafeString

from core import markdown, times
from core.templatetags import ui
from incidents.addresses import incident_part_url
from incidents.clock import Clock, clock_named, utc_words
from incidents.models import (
    EventKind,
    Incident,
    Milestone,
    Precision,
    TimelineEvent,
)

FOLD_ABOVE = 25  # events; in a longer timeline those neither starred nor a milestone are folded
GAP_WORTH_SAYING = timedelta(minutes=5)

_ICONS = {
    EventKind.HYPOTHESIS: "bulb",
    EventKind.ACTION: "tool",
    EventKind.COMMUNICATION: "message",
    EventKind.DECISION: "gavel",
}
_PRECISIONS = {
    Precision.HOUR: "known to the hour",
    Precision.DAY: "known to the day",
    Precision.APPROXIMATE: "approximate",
}


@dataclass(frozen=True)
class EventRow:
    """An event on the timeline. `time` is in the incident's own zone.

    `utc` is empty if there is no conversion to show.
    """

    pk: int
    time: str
    zone: str
    utc: str
    iso: str
    precision: str
    as_written: str
    shows_written: bool
    gap: str
    milestone: str
    milestone_label: str
    kind_icon: str
    html: SafeString
    evidence_url: str
    starred: bool
    is_range: bool
    edit_url: str


@dataclass
class Chunk:
    """Consecutive events of a day, all shown or all folded."""

    folded: bool
    rows: list[EventRow] = field(default_factory=list)


@dataclass
class Day:
    """A day in the incident's time zone, with its events in order."""

    heading: str
    iso: str
    chunks: list[Chunk] = field(default_factory=list)


@dataclass(frozen=True)
class Timeline:
    days: list[Day]
    clock: Clock
    count: int


def timeline(incident: Incident, events: Sequence[TimelineEvent], *, can_edit: bool) -> Timeline:
    """Return `events` of `incident` in their order, by day in its time zone.

    An event without a time keeps its position, under the day of the one before it.
    """
    clock = clock_named(incident.time_zone)
    presenter = _Presenter(incident, clock, can_edit)
    folds = len(events) > FOLD_ABOVE
    days: list[Day] = []
    today: date | None = None
    previous: TimelineEvent | None = None
    for event in events:
        if event.occurred_at is not None and (not days or clock.day(event.occurred_at) != today):
            today = clock.day(event.occurred_at)
            days.append(Day(times.long_weekday(today), today.isoformat()))
        elif not days:
            days.append(Day("Time not recorded", ""))
        _add(days[-1], presenter.row(event, previous), folds)
        if event.occurred_at is not None:
            previous = event
    return Timeline(days, clock, len(events))


def _add(day: Day, row: EventRow, folds: bool) -> None:
    folded = folds and not row.starred and not row.milestone
    if not day.chunks or day.chunks[-1].folded != folded:
        day.chunks.append(Chunk(folded))
    day.chunks[-1].rows.append(row)


class _Presenter:
    """Builds the rows of one incident; renders each icon only once."""

    def __init__(self, incident: Incident, clock: Clock, can_edit: bool) -> None:
        self.editable_in = incident.reference if can_edit else ""
        self.clock = clock
        self.icons: dict[str, SafeString] = {}

    def row(self, event: TimelineEvent, previous: TimelineEvent | None) -> EventRow:
        milestone, time = event.milestone, self._time(event)
        return EventRow(
            pk=event.pk,
            time=time,
            zone=self._zone(event),
            utc=utc_words(event.occurred_at, event.ends_at, event.precision, self.clock),
            iso=self.clock.iso(event.occurred_at, event.precision),
            precision=_PRECISIONS.get(Precision(event.precision), ""),
            as_written=event.as_written,
            shows_written=event.as_written not in ("", time),
            gap=_gap(previous, event),
            milestone=milestone,
            milestone_label=Milestone(milestone).label if milestone else "",
            kind_icon=self._icon(event.kind),
            html=markdown.render(event.text),
            evidence_url=event.evidence_url,
            starred=event.starred,
            is_range=event.ends_at is not None,
            edit_url=incident_part_url("event_edit", self.editable_in, event.pk)
            if self.editable_in
            else "",
        )

    def _icon(self, kind: str) -> str:
        """Return the icon of a kind; an observation, as most events are, needs none."""
        if kind == EventKind.OBSERVATION:
            return ""
        if kind not in self.icons:
            known = EventKind(kind)
            self.icons[kind] = ui.icon(_ICONS[known], known.label)
        return self.icons[kind]

    def _time(self, event: TimelineEvent) -> str:
        if event.occurred_at is None:
            return "Time not recorded"
        begins = self.clock.local(event.occurred_at)
        if not self.clock.has_time(event.occurred_at, event.precision):
            return self._days(event)
        if event.ends_at is not None:
            return times.span(begins, self.clock.local(event.ends_at))
        about = "≈ " if event.precision == Precision.APPROXIMATE else ""
        return f"{about}{times.clock(begins)}"

    def _days(self, event: TimelineEvent) -> str:
        """Return the time of an event that is known only to the day."""
        if event.ends_at is not None:
            return f"until {times.day(self.clock.local(event.ends_at))}"
        is_rough = event.precision == Precision.APPROXIMATE
        return "Around this day" if is_rough else "During the day"

    def _zone(self, event: TimelineEvent) -> str:
        """Return the zone beside the time; for a range, that of its end.

        A range names the zone of its beginning itself if it differs.
        """
        at = event.occurred_at
        if at is None or not self.clock.has_time(at, event.precision):
            return ""
        return self.clock.zone_name(event.ends_at or at)


def _gap(previous: TimelineEvent | None, event: TimelineEvent) -> str:
    """Return “+12 min” since the previous event, if both are known to the minute and it is long
    enough.
    """
    if previous is None or previous.occurred_at is None or event.occurred_at is None:
        return ""
    if {previous.precision, event.precision} != {Precision.MINUTE}:
        return ""
    gap = event.occurred_at - (previous.ends_at or previous.occurred_at)
    return f"+{times.duration(gap)}" if gap >= GAP_WORTH_SAYING else ""
