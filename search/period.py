"""Periods as people write them: 2025, 2025-01, 2025-01-15, 30d, 3m, today."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import NamedTuple

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_AGO = re.compile(r"(\d{1,4})([dwmy])")
_NEAR = {"today": 0, "yesterday": 1}


class Period(NamedTuple):
    """A period from its first to its last day, both included."""

    first: date
    last: date


def read(written: str, today: date) -> Period | None:
    """Return the days that `written` means, or None.

    A year or a month is all of it; 30d, 2w, 3m and 1y are the day that long before `today`.
    """
    text = written.strip().lower()
    try:
        if match := _DAY.fullmatch(text):
            return _calendar(*(int(part) if part else None for part in match.groups()))
        if match := _AGO.fullmatch(text):
            day = _ago(int(match[1]), match[2], today)
            return Period(day, day)
    except (ValueError, OverflowError):
        return None
    if text in _NEAR:
        day = today - timedelta(_NEAR[text])
        return Period(day, day)
    return None


def _calendar(year: int | None, month: int | None, day: int | None) -> Period:
    assert year is not None  # noqa: S101  the expression above always matches one
    if month is None:
        return Period(date(year, 1, 1), date(year, 12, 31))
    if day is None:
        first = date(year, month, 1)
        return Period(first, first.replace(day=calendar.monthrange(year, month)[1]))
    return Period(date(year, month, day), date(year, month, day))


def _ago(number: int, unit: str, today: date) -> date:
    if unit in "dw":
        return today - timedelta(days=number * (7 if unit == "w" else 1))
    months = today.year * 12 + today.month - 1 - number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
