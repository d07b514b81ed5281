"""The days and hours on which a person gets reminders. Pure: no clock, no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WINDOW = 3  # hours: reminders are sent from 9:00 to 12:00, or wait for the next morning
_DAY = timedelta(days=1)
_A_WEEK = 7
_LONGEST_PAUSE = 366  # days to look ahead for the next digest


@dataclass(frozen=True)
class Calendar:
    """The days on which a person gets reminders, and the hour, in their zone, at which these begin.

    `weekdays` are ISO weekdays, Monday being 1, without the person's quiet days. `weekly_on` is the
    weekday of a weekly digest; None means daily. `steps_on` is the weekday for the weekly steps of
    all their action items. `missed` are working days on whose morning no reminders ran: a weekly
    digest moves past them as past a holiday.
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
        """Return True if a digest may be sent on `day`.

        A weekly one is sent on its weekday or, if that is not a working day, on the next one.
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
        """`steps_on`, or the first working weekday after it."""
        ahead = ((self.steps_on - 1 + days) % _A_WEEK + 1 for days in range(_A_WEEK))
        return next((day for day in ahead if day in self.weekdays), self.steps_on)

    def next_day(self, after: date) -> date | None:
        """Return the first digest day after `after`; None if there is none within a year."""
        days = (after + ahead * _DAY for ahead in range(1, _LONGEST_PAUSE + 1))
        return next(filter(self.is_digest_day, days), None)

    def have_passed(self, working_days: int, *, since: date, until: date) -> bool:
        """Return True if `working_days` days of work passed after `since`, up to and including
        `until`.
        """
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
        """Return the moment from which reminders may be sent on `day`."""
        return datetime.combine(day, time(self.hour), self.zone)

    def closes_at(self, day: date) -> datetime:
        """Return the moment at which sending ends on `day`, at the latest midnight."""
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
        """Return the morning that `now` belongs to; None at other hours and on other days."""
        day = self.local_day(now)
        return self.morning_of(day) if self.is_open(now) and self.is_digest_day(day) else None

    def missed_of(
        self, runs: Iterable[tuple[datetime, datetime]], now: datetime
    ) -> frozenset[date]:
        """Return working days of the last week in whose window no reminders ran.

        `runs` are pairs of first and last moment. A window before the first run is not missed: the
        app was not running yet.
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
        """Return True if something that happened at `since` is sent `now` instead of in a digest.

        That is on any working morning, even for people with a weekly digest, unless today's digest,
        which comes later than `since`, contains it.
        """
        if not self.is_open(now):
            return False
        today = self.local_day(now)
        return since >= self.opens_at(today) or not self.is_digest_day(today)

    def morning_of(self, day: date) -> Morning:
        return Morning(day=day, next_day=self.next_day(day), calendar=self)


@dataclass(frozen=True)
class Morning:
    """A digest day of one person, with the next one."""

    day: date
    next_day: date | None
    calendar: Calendar

    def is_last_before(self, due_on: date) -> bool:
        """Return True if no other digest comes before `due_on`."""
        return self.next_day is None or self.next_day >= due_on

    def horizon(self, days: int) -> date:
        """Return the last due date that is mentioned: `days` ahead, or the next digest's day if
        later.
        """
        return max(self.day + days * _DAY, self.next_day or self.day)


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone called `name`; UTC if this system no longer knows it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
