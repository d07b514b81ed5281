"""Clock times in a file, and the moments that they mean."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from core import times
from incidents.models import Precision

NOT_RECORDED = "Time not recorded"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_CLOCK = re.compile(
    r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)"
    r"(?:\s*(Z|[+-]\d{2}:?\d{2}(?::\d{2})?))?\Z"
)


class NotATime(ValueError):
    """A text that is not a time, or not a single moment. `str()` explains it to the user."""


def zone_named(name: str) -> ZoneInfo | None:
    """Return the time zone called `name`; None if there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def read_time(words: str, zone_name: str | None) -> datetime:
    """Return the moment, in UTC, of `words` (`2019-02-25 11:21`, optionally with an offset).

    `zone_name` is the file's time zone. If it is empty, the source does not state one, and the
    clock time is kept as if it were UTC; if it is None, the file has no such key, and the offset is
    required. Raises NotATime.
    """
    if _DAY.match(words):
        return _start_of_day(_parsed(words).date(), zone_named(zone_name or "") or UTC, words)
    match = _CLOCK.match(words)
    if not match:
        raise NotATime(f"“{words}” is not a time; write one such as 2019-02-25 11:21.")
    local = _parsed(f"{match[1]}T{match[2]}")
    if match[3]:
        if zone_name == "":
            raise NotATime(f"“{words}” has an offset although “time_zone” is unknown.")
        return _moved(local, _offset(match[3]), words)
    if zone_name is None:
        raise NotATime(
            f"“{words}” has no time zone: add “time_zone” to the front matter "
            "(“unknown” where the source does not say), or an offset to the time."
        )
    return _in_zone(local, zone_named(zone_name) or UTC, words)


def _start_of_day(day: date, zone: ZoneInfo | timezone, words: str) -> datetime:
    try:
        return times.start_of_day(day, zone)
    except OverflowError as error:
        raise NotATime(f"“{words}” is out of the calendar's range.") from error


def _parsed(iso: str) -> datetime:
    try:
        return datetime.fromisoformat(iso)
    except ValueError as error:
        raise NotATime(f"“{iso.replace('T', ' ')}” is not in the calendar.") from error


def _offset(words: str) -> timezone:
    if words == "Z":
        return UTC
    digits = words[1:].replace(":", "")
    hours, minutes, seconds = int(digits[:2]), int(digits[2:4]), int(digits[4:] or 0)
    try:
        delta = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return timezone(-delta if words[0] == "-" else delta)
    except ValueError as error:
        raise NotATime(f"“{words}” is not an offset from UTC.") from error


def _moved(local: datetime, zone: timezone, words: str) -> datetime:
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError as error:
        raise NotATime(f"“{words}” is out of the calendar's range.") from error


def _in_zone(local: datetime, zone: ZoneInfo | timezone, words: str) -> datetime:
    first, second = local.replace(tzinfo=zone), local.replace(tzinfo=zone, fold=1)
    try:
        moment = first.astimezone(UTC)
        if first.utcoffset() != second.utcoffset():
            if moment.astimezone(zone).replace(tzinfo=None) != local:
                raise NotATime(f"“{words}” does not exist in {zone}: clocks went forward then.")
            raise NotATime(
                f"“{words}” happened twice in {zone}, when clocks went back: add the offset, "
                f"{_offset_words(first)} or {_offset_words(second)}."
            )
    except OverflowError as error:
        raise NotATime(f"“{words}” is out of the calendar's range.") from error
    return moment


def write_time(moment: datetime, zone_name: str, precision: str) -> str:
    """Return `moment` in the form that `read_time` reads back in that zone; only a day if that
    suffices.
    """
    zone = zone_named(zone_name) or UTC
    try:
        local = moment.astimezone(zone)
        plain = local.replace(tzinfo=None)
        ambiguous = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    except OverflowError:
        local = moment.astimezone(UTC)
        plain, ambiguous = local.replace(tzinfo=None), True
    if precision in (Precision.DAY, Precision.APPROXIMATE) and times.starts_a_day(local):
        return plain.date().isoformat()
    spec = "auto" if plain.second or plain.microsecond else "minutes"
    written = plain.isoformat(" ", spec)
    return f"{written} {_offset_words(local)}" if ambiguous else written


def _offset_words(local: datetime) -> str:
    return local.isoformat(timespec="minutes")[16:]


def is_day(words: str) -> bool:
    """Return True if `words` are a day without a time."""
    return bool(_DAY.match(words))


def read_moment(words: str) -> datetime:
    """Return the moment of `words` (`2019-03-10T09:00:00Z`) in UTC. Raises NotATime."""
    try:
        moment = datetime.fromisoformat(words)
        if moment.tzinfo is None:
            raise NotATime(f"“{words}” has no time zone: write it such as 2019-03-10T09:00:00Z.")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        if isinstance(error, NotATime):
            raise
        raise NotATime(
            f"“{words}” is not a moment; write one such as 2019-03-10T09:00:00Z."
        ) from None


def write_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def read_day(words: str) -> date:
    """Return the day of `words` (`2019-03-12`). Raises NotATime."""
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise NotATime(f"“{words}” is not a date; write one such as 2019-03-12.") from error
