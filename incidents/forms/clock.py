"""Conversion between a day with a clock time in a zone and a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from core import times
from core.errors import DomainError


class ClockGap(DomainError):
    """A time that did not exist because clocks went forward."""


class ClockTwice(DomainError):
    """A time that occurred twice because clocks went back; the user must say which one is meant."""


def moment_of(day: date, clock: time, zone_name: str, *, second: bool | None = None) -> datetime:
    """Return the moment, in UTC, of a day and clock time in the zone.

    An empty `zone_name` means that the source named none: clock times are stored as if they were
    UTC. `second` chooses between two occurrences when clocks went back. Raises ClockTwice if it is
    needed and None, ClockGap if the time did not exist.
    """
    zone = ZoneInfo(zone_name or "UTC")
    shown = datetime.combine(day, clock)
    first, later = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != shown:
        raise ClockGap(
            f"{times.clock(shown)} did not exist on {times.day(shown)} in {zone_name}: "
            "the clocks went forward then."
        )
    if first == later:
        return first
    if second is None:
        raise ClockTwice(
            f"{times.clock(shown)} occurred twice on {times.day(shown)} in {zone_name}, when the "
            f"clocks went back: first at {times.clock_and_zone(first)}, then at "
            f"{times.clock_and_zone(later)}. Choose one."
        )
    return later if second else first


def start_of(day: date, zone_name: str) -> datetime:
    """Return the moment, in UTC, at which that day began in the zone.

    It is stored if only the day is known.
    """
    return times.start_of_day(day, ZoneInfo(zone_name or "UTC"))


def was_twice(local: datetime) -> bool:
    """Return True if this clock time occurred twice because clocks went back."""
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


def clock_of(moment: datetime, zone_name: str) -> datetime:
    """Return `moment` in the zone; `fold` marks the second occurrence of a repeated time."""
    return moment.astimezone(ZoneInfo(zone_name or "UTC"))
