"""Days, times, time zones and durations as text: the only place that formats them for people.

Machine-readable formats (ISO 8601 in files, feeds and attributes) are not made here.
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from functools import cache, lru_cache

NOT_RECORDED = "not recorded"

_DAY, _HOUR = 1440, 60  # minutes
_DAYS_ONLY = 14 * _DAY  # from here on, hours say nothing more
_DAYS_IN_MONTH, _DAYS_IN_YEAR = 30.44, 365.25

# --- durations ----------------------------------------------------------------------------------


def duration(span: timedelta | None) -> str:
    """Return `span` as “under 1 min”, “59 min”, “1 h 30 min”, “1 day”, “2 days 4 h” or “402 days”.

    Rounded half up: to the minute below a day, to the hour below 14 days, then to the day. A unit
    that the rounding fills becomes the next one: 59 min 40 s are “1 h”, 23 h 59 min 40 s “1 day”.
    None is “not recorded”. Raises ValueError for a negative span, which is no duration.
    """
    if span is None:
        return NOT_RECORDED
    if span < timedelta(0):
        raise ValueError(f"a duration is never negative, as {span} is")
    if timedelta(0) < span < timedelta(minutes=1):
        return "under 1 min"
    minutes = _rounded(span, timedelta(minutes=1))
    if minutes >= _DAY:
        minutes = _rounded(span, timedelta(hours=1)) * _HOUR
    if minutes >= _DAYS_ONLY:
        minutes = _rounded(span, timedelta(days=1)) * _DAY
    whole_days, minutes = divmod(minutes, _DAY)
    hours, minutes = divmod(minutes, _HOUR)
    parts = [
        days(whole_days) if whole_days else "",
        f"{hours} h" if hours else "",
        f"{minutes} min" if minutes or not (whole_days or hours) else "",
    ]
    return " ".join(filter(None, parts))


def _rounded(span: timedelta, unit: timedelta) -> int:
    return (span + unit / 2) // unit


def days(count: int) -> str:
    """Return a number of days: “1 day”, “1,043 days”."""
    return f"{count:,} day" if count == 1 else f"{count:,} days"


def minutes(count: int) -> str:
    """Return a number of minutes within a sentence: “1 minute”, “9 minutes”."""
    return f"{count:,} minute" if count == 1 else f"{count:,} minutes"


def rough_span(count: int, *, about: bool = False) -> str:
    """Return a number of days in the unit that people would use: “44 days”, “14 months”,
    “2 years”; with `about`, “about 44 days”. Never less than a day."""
    count = max(count, 1)
    prefix = "about " if about else ""
    if count < 90:
        return prefix + days(count)
    if count < 730:
        return f"{prefix}{round(count / _DAYS_IN_MONTH)} months"
    return f"{prefix}{round(count / _DAYS_IN_YEAR)} years"


def overdue(count: int) -> str:
    """Return how late something is: “1 day overdue”, “43 days overdue”."""
    return f"{days(count)} overdue"


# --- days ---------------------------------------------------------------------------------------


def day(value: date) -> str:
    """Return a day: “3 Mar 2026”. A moment must be in the zone in which it is meant."""
    return f"{value.day} {value:%b} {value.year}"


def short_day(value: date) -> str:
    """Return a day without its year: “3 Mar”."""
    return f"{value.day} {value:%b}"


def weekday(value: date) -> str:
    """Return a day with its weekday: “Tue 3 Mar 2026”."""
    return f"{value:%a} {day(value)}"


def short_weekday(value: date) -> str:
    """Return a near day with its weekday: “Tue 3 Mar”."""
    return f"{value:%a} {short_day(value)}"


def long_weekday(value: date) -> str:
    """Return a day in full: “Tuesday 3 March 2026”."""
    return f"{value:%A} {long_day(value)}"


def long_day(value: date) -> str:
    """Return a day with its month in full: “3 March 2026”."""
    return f"{value.day} {value:%B} {value.year}"


def near_day(value: date) -> str:
    """Return a day of this or the next months in full: “Tuesday 3 March”."""
    return f"{value:%A} {value.day} {value:%B}"


def weekday_name(value: date) -> str:
    """Return the weekday alone: “Tuesday”."""
    return f"{value:%A}"


def month(value: date) -> str:
    """Return a month: “Mar 2026”."""
    return f"{value:%b} {value.year}"


def short_month(value: date) -> str:
    """Return a month without its year: “Mar”."""
    return f"{value:%b}"


def long_month(value: date) -> str:
    """Return a month in full: “March 2026”."""
    return f"{value:%B} {value.year}"


# --- moments ------------------------------------------------------------------------------------


def clock(local: datetime | time) -> str:
    """Return a time of day, with seconds only where there are any: “11:21”, “11:21:05”."""
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def whole_hour(hour: int) -> str:
    """Return an hour of the day from 0 to 23: “9:00”."""
    return f"{hour}:00"


def moment(local: datetime) -> str:
    """Return a day and time: “3 Mar 2026 11:21”. `local` is in the zone of whoever reads it."""
    return f"{day(local)} {local:%H:%M}"


def exact_moment(local: datetime) -> str:
    """Return a moment with weekday and zone: “Tue 3 Mar 2026 11:21 CET”."""
    return f"{weekday(local)} {local:%H:%M} {zone_name(local)}"


def clock_and_zone(local: datetime) -> str:
    """Return a time of day with its zone: “11:21 CET”."""
    return f"{clock(local)} {zone_name(local)}".rstrip()


def span(begins: datetime, ends: datetime) -> str:
    """Return from when to when, both in one zone: “23:10 – 26 Oct 00:40”.

    The day is named where it differs, and the year where that differs. The zone is left to whoever
    shows it beside, but where the clocks were changed in between, the first end carries its own:
    “01:30 CET – 03:30”, beside which `zone_name(ends)` belongs.
    """
    first = clock(begins)
    if begins.utcoffset() != ends.utcoffset():
        first = clock_and_zone(begins)
    if begins.date() == ends.date():
        return f"{first} – {clock(ends)}"
    there = short_day(ends) if begins.year == ends.year else day(ends)
    return f"{first} – {there} {clock(ends)}"


# --- time zones ---------------------------------------------------------------------------------


def zone_name(local: datetime) -> str:
    """Return the name that the zone of `local` has at that moment, summer time and all: “CEST”;
    “UTC+03” where it has only an offset. Empty for a moment without a zone."""
    name = local.tzname() or ""
    return f"UTC{name}" if name[:1] in ("+", "-") else name


def start_of_day(value: date, zone: tzinfo) -> datetime:
    """Return the first moment, in UTC, of that day in `zone`: 01:00 where clocks went forward at
    midnight, the first midnight where there were two."""
    return datetime.combine(value, time(0), zone).astimezone(UTC)


def starts_a_day(local: datetime) -> bool:
    """Return whether `local` is the first moment of its day in its zone."""
    if local.hour >= 3:
        return False
    try:  # compared in UTC: in a zone, a moment of an hour that was twice equals nothing
        return start_of_day(local.date(), local.tzinfo or UTC) == local.astimezone(UTC)
    except OverflowError:
        return local.time() == time.min


@cache
def _zones() -> dict[str, str]:
    """Return the names of the IANA database by their form in lower case."""
    return {name.casefold(): name for name in sorted(zoneinfo.available_timezones())}


@lru_cache(maxsize=1024)
def canonical_zone(written: str) -> str | None:
    """Return the name of the IANA time zone that `written` means, in any case and with spaces for
    underscores: `europe/dublin`, `America/New York`, `utc`. Older names are kept as they are. None
    where there is no such zone."""
    return _zones().get("_".join(written.split()).casefold())


def similar_zones(written: str, *, limit: int = 3) -> list[str]:
    """Return zones that `written` may have meant: of that city, or spelt nearly so."""
    wanted = "_".join(written.split()).casefold()
    city = wanted.rpartition("/")[2]
    if not city:
        return []
    cities: dict[str, str] = {}
    for folded, name in _zones().items():
        if not folded.startswith(("posix/", "right/", "etc/", "systemv/")):
            cities.setdefault(folded.rpartition("/")[2], name)
    near = get_close_matches(city, cities, n=limit, cutoff=0.75)
    found = [cities[one] for one in near]
    whole = get_close_matches(wanted, _zones(), n=limit, cutoff=0.8)
    return list(dict.fromkeys([*found, *(_zones()[one] for one in whole)]))[:limit]


def no_such_zone(written: str) -> str:
    """Return a sentence that says `written` is no time zone, with what may have been meant."""
    near = similar_zones(written[:64])
    hint = f"Did you mean {' or '.join(near)}?" if near else "Write one such as Europe/Dublin."
    return f"“{written[:64]}” is not a time zone. {hint}"
