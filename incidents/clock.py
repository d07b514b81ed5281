"""The two time zones of an incident, its own and UTC, and its times as text.

A time is shown as precisely as it is known: for something known to the day there is no clock time
in either zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from core import times
from incidents.analytics import Elapsed
from incidents.models import Incident, Precision

ZONE_NOT_STATED = "source’s local time, zone not stated"
DATE_NOT_RECORDED = "date not recorded"


@dataclass(frozen=True)
class Clock:
    """The time zone in which the times of one incident are shown.

    `zone` is None if the source did not state it: its times are then stored as if they were UTC,
    and shown only as such.
    """

    zone: tzinfo | None
    label: str

    @property
    def shows_utc(self) -> bool:
        """True if UTC is shown beside the incident's own time: not if both are the same."""
        return self.zone is not None and self.label != "UTC"

    def local(self, moment: datetime) -> datetime:
        """Return `moment` in the incident's time zone."""
        return moment.astimezone(self.zone or UTC)

    def zone_name(self, moment: datetime) -> str:
        """Return the zone's abbreviation at `moment`, such as CEST; empty if not stated."""
        return times.zone_name(self.local(moment)) if self.zone is not None else ""

    def day(self, moment: datetime) -> date:
        return self.local(moment).date()

    def has_time(self, moment: datetime, precision: str) -> bool:
        """Return True if the time of day of `moment` is known."""
        return Precision(precision).has_clock(self.local(moment))

    def iso(self, moment: datetime | None, precision: str) -> str:
        """Return `moment` for a `datetime` attribute.

        Only a day if no time of day is known; empty if the zone is not stated.
        """
        if moment is None or self.zone is None:
            return ""
        if not self.has_time(moment, precision):
            return self.day(moment).isoformat()
        return moment.isoformat()


@lru_cache(maxsize=512)
def clock_named(time_zone: str) -> Clock:
    """Return the clock of an IANA time zone; the empty string means that the source named none."""
    if not time_zone:
        return Clock(None, ZONE_NOT_STATED)
    return Clock(ZoneInfo(time_zone), time_zone)


def when_words(moment: datetime, precision: str, clock: Clock, day: str) -> str:
    """Return `day` with the time of `moment`, as precisely as it is known.

    “DAY”, “about DAY”, “DAY, 11:21 CET” or “DAY, about 11:00 CET”. The zone is left out if it is
    not stated.
    """
    if precision == Precision.DAY:
        return day
    if not clock.has_time(moment, precision):
        return f"about {day}"
    about = "" if precision == Precision.MINUTE else "about "
    return f"{day}, {about}{times.clock(clock.local(moment))} {clock.zone_name(moment)}".rstrip()


def utc_words(
    moment: datetime | None, ends_at: datetime | None, precision: str, clock: Clock
) -> str:
    """Return the UTC time to show beside the incident's own: “12:00”, with the day if it differs.

    Empty if the two are the same or no time of day is known.
    """
    if moment is None or not clock.shows_utc or not clock.has_time(moment, precision):
        return ""
    begins = moment.astimezone(UTC)
    words = times.span(begins, ends_at.astimezone(UTC)) if ends_at else times.clock(begins)
    is_other_day = begins.date() != clock.day(moment)
    return f"{times.short_day(begins)} {words}" if is_other_day else words


def occurred_words(incident: Incident) -> str:
    """Return the time of the incident in its own zone, as precisely as it is known."""
    at = incident.occurred_at
    if at is None:
        return DATE_NOT_RECORDED
    clock, precision = clock_named(incident.time_zone), incident.occurred_precision
    words = when_words(at, precision, clock, times.weekday(clock.local(at)))
    has_no_zone = clock.zone is None and clock.has_time(at, precision)
    return f"{words} ({ZONE_NOT_STATED})" if has_no_zone else words


class Occurred(Protocol):
    """Something that may have a date: an incident, or a summary of one."""

    @property
    def occurred_at(self) -> datetime | None: ...
    @property
    def occurred_precision(self) -> str: ...
    @property
    def time_zone(self) -> str: ...


def occurred_day(incident: Occurred | Incident) -> str:
    """Return the day of the incident in its own time zone, for lists."""
    if incident.occurred_at is None:
        return DATE_NOT_RECORDED
    local = clock_named(incident.time_zone).local(incident.occurred_at)
    rough = incident.occurred_precision == Precision.APPROXIMATE and times.starts_a_day(local)
    return f"about {times.day(local)}" if rough else times.day(local)


def elapsed_words(elapsed: Elapsed) -> str:
    """Return a span between milestones, as precisely as it is known.

    “30 min”, “about 2 h”, “about 3 days”, “under a day”; “out of order”; “not recorded”.
    """
    if elapsed.out_of_order:
        return "out of order"
    if elapsed.span is None:
        return times.NOT_RECORDED
    if elapsed.to_the_day and not elapsed.span:
        return "under a day"
    if elapsed.approximate and not elapsed.span:
        return "under an hour"
    about = "about " if elapsed.approximate else ""
    return f"{about}{times.duration(elapsed.span)}"


def after_words(elapsed: Elapsed) -> str:
    """Return the time since the start for a sentence: “after 30 min”, “on the same day”.

    A span of unusual length is qualified. Empty if it is unknown or out of order.
    """
    if elapsed.span is None:
        return ""
    if elapsed.approximate and not elapsed.span:
        return "on the same day" if elapsed.to_the_day else "at about the same time"
    doubt = ", if the dates are right" if elapsed.is_unusual else ""
    return f"after {elapsed_words(elapsed)}{doubt}"
