"""From a day and a clock time in a zone to a moment, and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from core import times
from core.errors import DomainError


class ClockGap(DomainError):
    """The clocks were put forward over that time: it never was."""


class ClockTwice(DomainError):
    """The clocks were put back over that time: it was twice, and somebody must say which."""


def moment_of(day: date, clock: time, zone_name: str, *, second: bool | None = None) -> datetime:
    """The moment, in UTC, at which the clocks of the zone showed that time on that day.

    An empty `zone_name` stands for a source that named none: its clock is kept as if it were UTC.
    `second` chooses when clocks were put back and showed the time twice. Raises ClockTwice when
    that is needed and not given, ClockGap when the time never was.
    """
    zone = ZoneInfo(zone_name or "UTC")
    shown = datetime.combine(day, clock)
    first, later = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != shown:
        raise ClockGap(
            f"{times.clock(shown)} did not exist on {times.day(shown)} in {zone_name}: "
            "the clocks were put forward over it."
        )
    if first == later:
        return first
    if second is None:
        raise ClockTwice(
            f"{times.clock(shown)} was twice on {times.day(shown)} in {zone_name}, when the clocks "
            f"were put back: first at {times.clock_and_zone(first)}, then at "
            f"{times.clock_and_zone(later)}. Choose which it was."
        )
    return later if second else first


def start_of(day: date, zone_name: str) -> datetime:
    """The moment, in UTC, at which that day began in the zone: what is stored where no more than
    the day is known."""
    return times.start_of_day(day, ZoneInfo(zone_name or "UTC"))


def was_twice(local: datetime) -> bool:
    """Return whether the clocks showed that time twice, as they were put back over it."""
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


def clock_of(moment: datetime, zone_name: str) -> datetime:
    """What the clocks of the zone showed at `moment`; its `fold` says whether the second time."""
    return moment.astimezone(ZoneInfo(zone_name or "UTC"))
