"""Conversion of a timeline's clock times when the incident's time zone becomes known."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from core import times
from incidents.models import Incident, Precision, TimelineEvent


def reinterpret(incident: Incident, *, before: str) -> None:
    """Keep the clock times when an unstated zone becomes known, or the reverse.

    Between two known zones a moment stays the same moment; an event known to the day keeps its day.
    """
    keeps_moments = bool(before) == bool(incident.time_zone)
    zone, old = _zone(incident.time_zone), _zone(before)
    changed = []
    for event in TimelineEvent.objects.filter(incident=incident, occurred_at__isnull=False):
        assert event.occurred_at is not None  # noqa: S101 - the query left undated ones out
        is_day = not Precision(event.precision).has_clock(event.occurred_at.astimezone(old))
        if keeps_moments and not is_day:
            continue
        convert = _same_day if is_day else _same_clock
        event.occurred_at = convert(event.occurred_at, old, zone)
        if event.ends_at is not None:
            event.ends_at = max(convert(event.ends_at, old, zone), event.occurred_at)
        changed.append(event)
    TimelineEvent.objects.bulk_update(changed, ["occurred_at", "ends_at"])


def _zone(name: str) -> ZoneInfo:
    """Return the zone called `name`; UTC if none is stated, since clock times are then stored as
    UTC.
    """
    return ZoneInfo(name or "UTC")


def _same_clock(moment: datetime, old: ZoneInfo, new: ZoneInfo) -> datetime:
    return moment.astimezone(old).replace(tzinfo=new, fold=0).astimezone(UTC)


def _same_day(moment: datetime, old: ZoneInfo, new: ZoneInfo) -> datetime:
    """Return the start of the same day in `new`; the same clock time if it was not a day's
    start.
    """
    local = moment.astimezone(old)
    if times.starts_a_day(local):
        return times.start_of_day(local.date(), new)
    return _same_clock(moment, old, new)
