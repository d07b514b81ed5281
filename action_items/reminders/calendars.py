"""A person's days and hours for reminders. Pure: no clock, no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WINDOW = 3  # hours: reminders go out from 9:00 until 12:00, or wait for the next morning
_DAY = timedelta(days=1)
_A_WEEK = 7
_LONGEST_PAUSE = 366  # whose next day lies further away has none


@dataclass(frozen=True)
class Calendar:
    """The days on which a person is reminded, and the hour of their own clock at which it begins.

    `weekdays` are ISO weekdays, Monday being 1, without the person's quiet days. `weekly_on` is
    the weekday of somebody who wants one digest a week; None is daily. `steps_on` is the weekday
    of the weekly steps of all their action items. `missed` are working days in whose morning no
    reminders ran: a weekly digest moves on from them as it does from a holiday.
    """

    zone: ZoneInfo
    hour: int
    weekdays: frozenset[int]
    holidays: frozenset[date] = frozenset()
    weekly_on: int | None = None
    steps_on: int = 1
    missed: frozenset[date] = frozenset()

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
        earlier = (day - back * _DAY for back in range(1, since + 1))
        return not any(self.works_on(before) and before not in self.missed for before in earlier)

    @property
    def weekday_of_steps(self) -> int:
        """`steps_on`, or the first working weekday after it where nobody works then."""
        ahead = ((self.steps_on - 1 + days) % _A_WEEK + 1 for days in range(_A_WEEK))
        return next((day for day in ahead if day in self.weekdays), self.steps_on)

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

    @property
    def hours(self) -> str:
        """The hours of reminders in words: “9:00 and 12:00”."""
        return f"{self.hour}:00 and {min(self.hour + WINDOW, 24) % 24}:00"

    def opens_at(self, day: date) -> datetime:
        """The moment from which reminders may be sent on `day`."""
        return datetime.combine(day, time(self.hour), self.zone)

    def closes_at(self, day: date) -> datetime:
        """The moment from which they may no longer be sent: never later than midnight."""
        late = self.hour + WINDOW
        return datetime.combine(day + late // 24 * _DAY, time(0 if late >= 24 else late), self.zone)

    def is_open(self, now: datetime) -> bool:
        """Return True if reminders may be sent `now`: in the first hours of a working morning."""
        local = now.astimezone(self.zone)
        return self.hour <= local.hour < self.hour + WINDOW and self.works_on(local.date())

    def next_opening(self, now: datetime) -> datetime | None:
        """Return the next moment after `now` to send reminders; None if not within a year."""
        today = self.local_day(now)
        first = 0 if now < self.opens_at(today) else 1
        days = (today + ahead * _DAY for ahead in range(first, _LONGEST_PAUSE + 1))
        return next((self.opens_at(day) for day in days if self.works_on(day)), None)

    def morning(self, now: datetime) -> Morning | None:
        """The morning to which `now` belongs; None at other hours and on other days."""
        day = self.local_day(now)
        return self.morning_of(day) if self.is_open(now) and self.is_digest_day(day) else None

    def missed_of(
        self, runs: Iterable[tuple[datetime, datetime]], now: datetime
    ) -> frozenset[date]:
        """Working days of the last week in whose window none of the `runs` fell.

        Each run is a stretch of time, first and last moment. A window before the first run is not
        missed: nothing was promised then.
        """
        spans, today = sorted(runs), self.local_day(now)
        days = (today - back * _DAY for back in range(_A_WEEK))
        return frozenset(
            day
            for day in days
            if self.works_on(day)
            and (closed := self.closes_at(day)) <= now
            and spans
            and spans[0][0] < (opened := self.opens_at(day))
            and not any(began < closed and opened <= last for began, last in spans)
        )

    def is_to_hear_now(self, since: datetime, now: datetime) -> bool:
        """Return True if what happened at `since` is to be said `now`, not in a digest.

        That is on any working morning, also of who wants one digest a week; but not what today's
        digest, which began later, says as well.
        """
        if not self.is_open(now):
            return False
        today = self.local_day(now)
        return since >= self.opens_at(today) or not self.is_digest_day(today)

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
