"""The two clocks of an incident: its own, and UTC beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from incidents.models import Incident, Precision

ZONE_NOT_STATED = "source’s local time, zone not stated"


@dataclass(frozen=True)
class Clock:
    """How the times of one incident are read. `zone` is None where the source did not state it:
    then its times are kept as if they were UTC, are its own clock's, and have no other."""

    zone: tzinfo | None
    label: str

    @property
    def shows_utc(self) -> bool:
        """Whether UTC stands beside the incident's own time: not where they are the same."""
        return self.zone is not None and self.label != "UTC"

    def local(self, moment: datetime) -> datetime:
        """`moment` on the incident's clock."""
        return moment.astimezone(self.zone or UTC)

    def zone_name(self, moment: datetime) -> str:
        """What the zone is called at `moment`, summer time and all; empty where not stated."""
        if self.zone is None:
            return ""
        name = self.local(moment).tzname() or ""
        return f"UTC{name}" if name[:1] in "+-" else name

    def time(self, moment: datetime) -> str:
        """Hours and minutes on the incident's clock, with seconds where there are any."""
        return hours(self.local(moment))

    def day(self, moment: datetime) -> date:
        return self.local(moment).date()


def hours(moment: datetime) -> str:
    """The time of day of `moment` in its own zone, with seconds where there are any."""
    shape = "{:02d}:{:02d}:{:02d}" if moment.second else "{:02d}:{:02d}"
    return shape.format(moment.hour, moment.minute, moment.second)


@lru_cache(maxsize=512)
def clock_named(time_zone: str) -> Clock:
    """The clock of an IANA time zone; of a source that named none for the empty string."""
    if not time_zone:
        return Clock(None, ZONE_NOT_STATED)
    return Clock(ZoneInfo(time_zone), time_zone)


def occurred_words(incident: Incident) -> str:
    """When the incident occurred, on its own clock and as exactly as is known, with the zone."""
    at = incident.occurred_at
    if at is None:
        return "date not recorded"
    clock = clock_named(incident.time_zone)
    day = f"{clock.local(at):%a %-d %b %Y}"
    if incident.occurred_precision == Precision.DAY:
        return day
    if is_around_a_day(incident.occurred_precision, clock.local(at)):
        return f"about {day}"
    about = "" if incident.occurred_precision == Precision.MINUTE else "about "
    zone = clock.zone_name(at) or f"({ZONE_NOT_STATED})"
    return f"{day}, {about}{clock.time(at)} {zone}"


class Occurred(Protocol):
    """Something that may have a date: an incident, or what is told of one."""

    @property
    def occurred_at(self) -> datetime | None: ...
    @property
    def occurred_precision(self) -> str: ...
    @property
    def time_zone(self) -> str: ...


def occurred_day(incident: Occurred | Incident) -> str:
    """The day on which the incident occurred on its own clock, for lists."""
    if incident.occurred_at is None:
        return "date not recorded"
    local = clock_named(incident.time_zone).local(incident.occurred_at)
    about = "about " if is_around_a_day(incident.occurred_precision, local) else ""
    return f"{about}{local:%-d %b %Y}"


def is_around_a_day(precision: str, local: datetime) -> bool:
    """Whether only the day is known, and that roughly: midnight then stands for no clock time."""
    return precision == Precision.APPROXIMATE and local.time() == time.min
