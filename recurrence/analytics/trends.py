"""Failure patterns over time: frequency, last incident, and open action items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, DateField, F, Func, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf, TruncMonth
from django.db.models.lookups import GreaterThanOrEqual

from accounts.models import Role, User
from incidents.models import ActionItem, LinkState, PatternLink, Precision, Visibility


@dataclass(frozen=True)
class Trend:
    """One pattern, counted over the incidents that a user may see.

    `recent` counts those since the day given; `last_at` is None if none has a date.
    """

    pattern_id: int
    slug: str
    name: str
    total: int
    recent: int
    last_at: datetime | None


# A viewer whom no incident names, who sees exactly what everybody sees.
EVERYBODY = User(pk=0, role=Role.VIEWER)


def trends(user: User, *, since: datetime, besides: bool = False) -> list[Trend]:
    """Return patterns with confirmed incidents, by recent incidents, then by all, most first.

    `since` is midnight in some time zone. An incident known only to the day counts from that day on
    in its own time zone. With `besides`, only restricted incidents count. One query over every
    confirmed link: callers cache the result.
    """
    rows = (
        _confirmed(user, besides)
        .filter(pattern__archived_at=None)
        .values("pattern_id", "pattern__slug", "pattern__name")
        .annotate(
            total=Count("pk"),
            recent=Count("pk", filter=_since(since)),
            last_at=Max("incident__occurred_at"),
        )
        .values_list("pattern_id", "pattern__slug", "pattern__name", "total", "recent", "last_at")
    )
    return in_order(Trend(*row) for row in rows)


def in_order(found: Iterable[Trend]) -> list[Trend]:
    """Sort by recent incidents, then by all, most first."""
    return sorted(found, key=lambda trend: (-trend.recent, -trend.total, trend.name))


def _since(midnight: datetime) -> Q:
    """Return a condition by the moment, if it is known; else by the day in the incident's own zone.

    No two time zones are more than 26 hours apart.
    """
    near = Q(incident__occurred_at__gte=midnight - timedelta(hours=26))
    own_day = _OwnDay(F("incident__occurred_at"), F("incident__time_zone"))
    exact = Q(incident__occurred_precision__in=(Precision.MINUTE, Precision.HOUR))
    by_moment = exact & Q(incident__occurred_at__gte=midnight)
    return near & (by_moment | (~exact & Q(GreaterThanOrEqual(own_day, Value(midnight.date())))))


class _OwnDay(Func):
    """The day of a moment in a time zone; in UTC if none is recorded."""

    template = "(%(expressions)s)::date"
    arg_joiner = " AT TIME ZONE "
    output_field = DateField()

    def __init__(self, moment: F, zone: F) -> None:
        super().__init__(moment, Coalesce(NullIf(zone, Value("")), Value("UTC")))


def came_back(found: list[Trend]) -> list[Trend]:
    """Return the patterns with a recent incident that was not their first."""
    return [trend for trend in found if trend.recent and trend.total > 1]


def most_frequent(found: list[Trend]) -> list[Trend]:
    """Return the patterns with more than one incident, the most frequent first."""
    again = [trend for trend in found if trend.total > 1]
    return sorted(again, key=lambda trend: (-trend.total, trend.name))


def by_month(
    user: User, pattern_ids: list[int], *, besides: bool = False
) -> dict[int, dict[date, int]]:
    """Return the number of incidents of each pattern by month; undated ones are left out."""
    months: dict[int, dict[date, int]] = defaultdict(dict)
    if not pattern_ids:
        return months
    rows = (
        _confirmed(user, besides)
        .filter(pattern_id__in=pattern_ids, incident__occurred_at__isnull=False)
        .annotate(month=TruncMonth("incident__occurred_at"))
        .values("pattern_id", "month")
        .annotate(incidents=Count("pk"))
        .order_by("pattern_id", "month")
        .values_list("pattern_id", "month", "incidents")
    )
    for pattern_id, month, incidents in rows:
        months[pattern_id][month.date()] = incidents
    return months


def open_action_items(
    user: User, pattern_ids: list[int], *, besides: bool = False
) -> dict[int, int]:
    """Return the number of open action items of each pattern's incidents."""
    if not pattern_ids:
        return {}
    restricted = Q(incident__visibility=Visibility.RESTRICTED) if besides else Q()
    rows = (
        ActionItem.objects.visible_to(user)
        .open()
        .filter(restricted)
        .filter(
            incident__pattern_links__pattern__in=pattern_ids,
            incident__pattern_links__state=LinkState.CONFIRMED,
        )
        .order_by()
        .values(pattern=F("incident__pattern_links__pattern"))
        .annotate(open_items=Count("pk", distinct=True))
        .values_list("pattern", "open_items")
    )
    return dict(rows)


def _confirmed(user: User, besides: bool = False) -> QuerySet[PatternLink]:
    links = PatternLink.objects.visible_to(user).confirmed().order_by()
    return links.filter(incident__visibility=Visibility.RESTRICTED) if besides else links
