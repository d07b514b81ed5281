"""From a day and a clock time in a zone to a moment, and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

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
            f"{shown:%H:%M} did not exist on {shown:%-d %b %Y} in {zone_name}: "
            "the clocks were put forward over it."
        )
    if first == later:
        return first
    if second is None:
        raise ClockTwice(
            f"{shown:%H:%M} was twice on {shown:%-d %b %Y} in {zone_name}, when the clocks were "
            f"put back: first at {first:%H:%M} UTC, then at {later:%H:%M} UTC. Choose which it was."
        )
    return later if second else first


def clock_of(moment: datetime, zone_name: str) -> datetime:
    """What the clocks of the zone showed at `moment`; its `fold` says whether the second time."""
    return moment.astimezone(ZoneInfo(zone_name or "UTC"))
