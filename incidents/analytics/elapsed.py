"""Time between two milestones, as precisely as both are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from incidents.models import Precision

UNUSUAL = timedelta(days=30)  # longer spans are shown as unconfirmed: often a date is mistyped

_EXACTLY = timedelta(0)
# Difference by which two times may appear to be in the wrong order without being so.
_TOLERANCE = {
    Precision.HOUR: timedelta(hours=1),
    Precision.APPROXIMATE: timedelta(hours=1),
}
_A_DAY = timedelta(days=1)


class Mark(Protocol):
    """Something with a time: a timeline event, or a list's copy of one."""

    @property
    def occurred_at(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...
    @property
    def precision(self) -> str: ...


@dataclass(frozen=True)
class Elapsed:
    """The time between two milestones.

    `span` is None if either is not recorded, and if the later one comes first: an impossible span
    is unknown, never negative. With `to_the_day`, `span` counts calendar days, because one of them
    is known only to the day. It is `approximate` unless both are known to the minute.
    """

    span: timedelta | None
    approximate: bool = False
    to_the_day: bool = False
    out_of_order: bool = False

    @property
    def is_unusual(self) -> bool:
        """Return True if the span is so long that its dates should be checked."""
        return self.span is not None and self.span > UNUSUAL


UNKNOWN = Elapsed(None)


def elapsed(start: Mark | None, end: Mark | None, zone: tzinfo = UTC) -> Elapsed:
    """Return the time from `start` to `end`, on the incident's clock in `zone`.

    A range counts from its beginning, and makes the span approximate.
    """
    if start is None or end is None or start.occurred_at is None or end.occurred_at is None:
        return UNKNOWN
    first, last = start.occurred_at.astimezone(zone), end.occurred_at.astimezone(zone)
    of_first, of_last = Precision(start.precision), Precision(end.precision)
    to_the_day = not (of_first.has_clock(first) and of_last.has_clock(last))
    if to_the_day:
        span = timedelta(days=(last.date() - first.date()).days)
        tolerance = _A_DAY if Precision.APPROXIMATE in (of_first, of_last) else _EXACTLY
    else:
        span = end.occurred_at - start.occurred_at
        tolerance = _TOLERANCE.get(of_first, _EXACTLY) + _TOLERANCE.get(of_last, _EXACTLY)
    exact = of_first == of_last == Precision.MINUTE and not (start.ends_at or end.ends_at)
    if span < -tolerance:
        return Elapsed(None, not exact, to_the_day, out_of_order=True)
    return Elapsed(max(span, _EXACTLY), not exact, to_the_day)
