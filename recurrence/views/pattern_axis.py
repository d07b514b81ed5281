"""A pattern's incidents and fixes on a time axis, and as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils import timezone
from django.utils.safestring import SafeString

from core import times
from core.templatetags import ui
from incidents.addresses import action_item_url, incident_url
from incidents.clock import occurred_day
from recurrence.analytics import Fix, Occurrence, Occurrences

FIXES = 100  # on the axis, the latest
_MARGIN = 3.0  # per cent left free at both ends
_ROOM = 14.0  # per cent that the label of an interval needs
_RADII = ((20, "8"), (60, "6"))  # (incidents at most, pixels)
_SMALL = "4"


@dataclass(frozen=True)
class AxisMark:
    """An incident or a fix on the axis. `x` is in per cent."""

    x: str
    href: str
    title: str
    is_fix: bool
    failed: bool


@dataclass(frozen=True)
class AxisWords:
    """A label on the axis: a year, or the interval between two incidents."""

    x: str
    label: str


@dataclass(frozen=True)
class AxisRow:
    """An incident or a fix as a row of the table. `note` says what the chart shows by colour."""

    day: str
    what: str
    title: str
    url: str
    note: str


@dataclass(frozen=True)
class PatternAxis:
    """The chart and the table; both empty if no incident has a date.

    Hundreds of marks and rows are rendered here, since a template would take longer than the rest
    of the page.
    """

    marks: list[AxisMark]
    years: list[AxisWords]
    gaps: list[AxisWords]
    radius: str
    rows: list[AxisRow]

    def drawn_incidents(self) -> SafeString:
        return ui.filled(
            '<a href="{}" tabindex="-1"><circle class="axis-incident{}" cx="{}" cy="32" r="{}"/>'
            "<title>{}</title></a>",
            (
                (one.href, " axis-failed" if one.failed else "", one.x, self.radius, one.title)
                for one in self.marks
                if not one.is_fix
            ),
        )

    def drawn_fixes(self) -> SafeString:
        return ui.filled(
            '<a href="{0}" tabindex="-1"><line class="axis-fix" x1="{1}" x2="{1}" y1="18" y2="46"/>'
            "<title>{2}</title></a>",
            ((fix.href, fix.x, fix.title) for fix in self.marks if fix.is_fix),
        )

    def drawn_rows(self) -> SafeString:
        return ui.filled(
            '<tr><td class="text-nowrap">{}</td><td>{}</td><td><a href="{}">{}</a>'
            ' <span class="text-secondary">{}</span></td></tr>',
            ((row.day, row.what, row.url, row.title, row.note) for row in self.rows),
        )


def pattern_axis(found: Occurrences, shown: set[int]) -> PatternAxis:
    """Return the axis of a pattern's dated incidents and of the fixes between them.

    Marks of incidents in `shown` link to their card on the page, others to the incident.
    """
    dated = [incident for incident in found.incidents if incident.occurred_at]
    if not dated:
        return PatternAxis([], [], [], _SMALL, [])
    failed = found.failed_fixes
    scale = _Scale(dated, found.fixes[-1:])
    fixes = [fix for fix in found.fixes if fix.done_at >= scale.first][-FIXES:]
    return PatternAxis(
        marks=[
            *(_incident_mark(one, scale, one.pk in failed, one.pk in shown) for one in dated),
            *(_fix_mark(fix, scale) for fix in fixes),
        ],
        years=scale.years(),
        gaps=_gaps(dated, scale),
        radius=next((radius for most, radius in _RADII if len(dated) <= most), _SMALL),
        rows=_rows(dated, fixes, failed),
    )


class _Scale:
    """The scale of the axis, from the first incident to the last incident or fix."""

    def __init__(self, dated: Sequence[Occurrence], fixes: Sequence[Fix]) -> None:
        moments = [incident.occurred_at for incident in dated if incident.occurred_at]
        self.first = min(moments)
        last = max([*moments, *(fix.done_at for fix in fixes)])
        self.whole = max(last - self.first, timedelta(days=1))

    def at(self, moment: datetime) -> float:
        return _MARGIN + (100 - 2 * _MARGIN) * ((moment - self.first) / self.whole)

    def years(self) -> list[AxisWords]:
        """Return the years that begin on the axis, at most about eight, or its first month."""
        last = self.first + self.whole
        step = max((last.year - self.first.year) // 8, 1)
        starts = [
            self.first.replace(year=year, month=1, day=1, hour=0, minute=0)
            for year in range(self.first.year + 1, last.year + 1, step)
        ]
        years = [
            AxisWords(f"{self.at(start):.2f}%", str(start.year)) for start in starts if start < last
        ]
        return years or [AxisWords(f"{_MARGIN}%", times.month(self.first))]


def _incident_mark(incident: Occurrence, scale: _Scale, failed: bool, shown: bool) -> AxisMark:
    href = f"#card-{incident.reference}" if shown else incident_url(incident.reference)
    title = f"{occurred_day(incident)}: {incident.reference} {incident.title}"
    place = scale.at(incident.occurred_at or scale.first)
    return AxisMark(f"{place:.2f}%", href, title, is_fix=False, failed=failed)


def _fix_mark(fix: Fix, scale: _Scale) -> AxisMark:
    url = action_item_url(fix.pk)
    title = f"Done {_day(fix.done_at)}: {fix.title}"
    return AxisMark(f"{scale.at(fix.done_at):.2f}%", url, title, is_fix=True, failed=False)


def _gaps(dated: Sequence[Occurrence], scale: _Scale) -> list[AxisWords]:
    """Return the intervals wide enough for their labels."""
    found = []
    for later, earlier in pairwise(dated):
        if later.occurred_at and earlier.occurred_at:
            start, end = scale.at(earlier.occurred_at), scale.at(later.occurred_at)
            if end - start >= _ROOM:
                found.append(AxisWords(f"{(start + end) / 2:.2f}%", gap_words(later, earlier)))
    return found


def _rows(
    dated: Sequence[Occurrence], fixes: Sequence[Fix], failed: Mapping[int, tuple[Fix, bool]]
) -> list[AxisRow]:
    """Return incidents and fixes, the latest first."""
    references = {incident.pk: incident.reference for incident in dated}
    rows: list[tuple[datetime, AxisRow]] = []
    for place, incident in enumerate(dated):
        before = dated[place + 1] if place + 1 < len(dated) else None
        words = f"{gap_words(incident, before)} after the one before" if before else ""
        again = "recurred after a fix" if incident.pk in failed else ""
        row = _incident_row(incident, words, again)
        if incident.occurred_at:
            rows.append((incident.occurred_at, row))
    for fix in fixes:
        url = action_item_url(fix.pk)
        note = f"of {references[fix.incident_pk]}" if fix.incident_pk in references else ""
        rows.append(
            (fix.done_at, AxisRow(_day(fix.done_at), "Action item done", fix.title, url, note))
        )
    return [row for _, row in sorted(rows, key=lambda pair: pair[0], reverse=True)]


def _incident_row(incident: Occurrence, *notes: str) -> AxisRow:
    return AxisRow(
        day=occurred_day(incident),
        what="Incident",
        title=f"{incident.reference} {incident.title}",
        url=incident_url(incident.reference),
        note=", ".join(filter(None, notes)),
    )


def gap_words(later: Occurrence, earlier: Occurrence) -> str:
    """Return the time from `earlier` to `later` in words; empty if either has no date."""
    if later.occurred_at is None or earlier.occurred_at is None:
        return ""
    gap = later.occurred_at - earlier.occurred_at
    return times.rough_span(gap.days, about=later.is_rough or earlier.is_rough)


def _day(moment: datetime) -> str:
    return times.day(timezone.localdate(moment))
