"""When somebody may be reminded: a person's days and hour. Pure: no clock, no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAY = timedelta(days=1)
_A_WEEK = 7
_LONGEST_PAUSE = 366  # whose next day lies further away has none


@dataclass(frozen=True)
class Calendar:
    """The days on which a person is reminded, and from which hour of their own clock on.

    `weekdays` are ISO weekdays, Monday being 1, without those that the person keeps quiet.
    `weekly_on` is the weekday of somebody who wants one digest a week; None is daily.
    """

    zone: ZoneInfo
    hour: int
    weekdays: frozenset[int]
    holidays: frozenset[date] = frozenset()
    weekly_on: int | None = None

    def works_on(self, day: date) -> bool:
        return day.isoweekday() in self.weekdays and day not in self.holidays

    def is_digest_day(self, day: date) -> bool:
        """Whether a digest may come on `day`.

        A weekly one comes on its weekday or, where nobody works then, on the next working day.
        """
        if not self.works_on(day):
            return False
        if self.weekly_on is None:
            return True
        since = (day.isoweekday() - self.weekly_on) % _A_WEEK
        return not any(self.works_on(day - back * _DAY) for back in range(1, since + 1))

    def next_day(self, after: date) -> date | None:
        """The first digest day after `after`; None where there is none within a year."""
        days = (after + ahead * _DAY for ahead in range(1, _LONGEST_PAUSE + 1))
        return next(filter(self.is_digest_day, days), None)

    def have_passed(self, working_days: int, *, since: date, until: date) -> bool:
        """Whether so many working days came after `since`, `until` being the last that counts."""
        day, left = since, working_days
        while left > 0 and day < until:
            day += _DAY
            left -= self.works_on(day)
        return left <= 0

    def local_day(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def morning(self, now: datetime) -> Morning | None:
        """The morning to which `now` belongs; None before the hour and on other days.

        A morning lasts until midnight: who missed its first hour is reminded in a later one.
        """
        local = now.astimezone(self.zone)
        if local.hour < self.hour or not self.is_digest_day(local.date()):
            return None
        return self.morning_of(local.date())

    def is_to_hear_now(self, since: datetime, now: datetime) -> bool:
        """Whether what happened at `since` is to be said `now`, by who must not wait for a digest.

        That is on any working day from the hour on, also of who wants one digest a week; but not
        what today's digest, which began later, says as well.
        """
        local, began = now.astimezone(self.zone), since.astimezone(self.zone)
        if local.hour < self.hour or not self.works_on(local.date()):
            return False
        was_before = began.date() < local.date() or began.hour < self.hour
        return not (was_before and self.is_digest_day(local.date()))

    def morning_of(self, day: date) -> Morning:
        return Morning(day=day, next_day=self.next_day(day), calendar=self)


@dataclass(frozen=True)
class Morning:
    """One digest day of one person, and the one after it."""

    day: date
    next_day: date | None
    calendar: Calendar

    def is_last_before(self, due_on: date) -> bool:
        """Whether no other digest could come before `due_on`."""
        return self.next_day is None or self.next_day >= due_on

    def horizon(self, days: int) -> date:
        """Nothing due later than this is spoken of: `days` ahead, or the next digest's day."""
        return max(self.day + days * _DAY, self.next_day or self.day)


def zone_named(name: str) -> ZoneInfo:
    """The time zone called `name`; UTC where this machine does not know it any more."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
