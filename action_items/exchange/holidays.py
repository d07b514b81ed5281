"""Holidays from lines of text, or from a calendar file."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import islice

import icalendar

from core.errors import DomainError

MOST = 1000  # per file
_LONGEST = 60  # days per event
_LINE = re.compile(r"(\d{4}-\d{2}-\d{2})[\s,;:–-]*(.*)")

Day = tuple[date, str]


class NotHolidays(DomainError):
    """A line or a file in which no day can be read."""


def parse_lines(text: str) -> list[Day]:
    """Parse lines such as “2026-12-25 Christmas Day”. Empty lines are skipped.

    Raises NotHolidays, naming the line.
    """
    return [_day_of(line.strip()) for line in text.splitlines() if line.strip()]


def _day_of(line: str) -> Day:
    found = _LINE.fullmatch(line)
    if found is None:
        raise NotHolidays(f"“{line[:60]}” does not begin with a day such as 2026-12-25.")
    try:
        return date.fromisoformat(found[1]), found[2].strip() or "Holiday"
    except ValueError as error:
        raise NotHolidays(f"There is no day {found[1]}.") from error


def parse_calendar(content: bytes) -> list[Day]:
    """Parse the events of a calendar file into days, one for each day of an event.

    Recurrence rules are not followed: holidays move. Raises NotHolidays.
    """
    try:
        calendar = icalendar.Calendar.from_ical(content)
        days = [day for event in calendar.events for day in _days_of(event)]
    except (ValueError, KeyError, AttributeError, UnicodeError) as error:
        raise NotHolidays("This is no calendar file (.ics) that can be read.") from error
    if not days:
        raise NotHolidays("There is no event in this calendar.")
    return list(islice(days, MOST))


def _days_of(event: icalendar.Event) -> list[Day]:
    name = str(event.get("SUMMARY", "")).strip() or "Holiday"
    start = event.decoded("DTSTART")
    end = event.decoded("DTEND", None) or start
    first, last = _date(start), _date(end)
    count = max((last - first).days, 1)
    return [(first + timedelta(days=n), name) for n in range(min(count, _LONGEST))]


def _date(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value
