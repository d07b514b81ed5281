"""What becomes of a timeline's clock times when the incident's time zone becomes known."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from incidents.models import Incident, TimelineEvent


def reinterpret(incident: Incident, *, before: str) -> None:
    """Keep what the clocks said when a zone that was not stated becomes known, or the reverse.

    Between two known zones nothing changes: a moment stays the same moment.
    """
    if bool(before) == bool(incident.time_zone):
        return
    zone = ZoneInfo(incident.time_zone or before)
    events = list(TimelineEvent.objects.filter(incident=incident, occurred_at__isnull=False))
    convert = _clock_in_zone if incident.time_zone else _clock_as_utc
    for event in events:
        assert event.occurred_at is not None  # noqa: S101 - the query left undated ones out
        event.occurred_at = convert(event.occurred_at, zone)
        if event.ends_at is not None:
            event.ends_at = max(convert(event.ends_at, zone), event.occurred_at)
    TimelineEvent.objects.bulk_update(events, ["occurred_at", "ends_at"])


def _clock_in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=zone).astimezone(UTC)


def _clock_as_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=UTC, fold=0)
