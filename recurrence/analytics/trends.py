"""Failure patterns over time: how often, when last, and what is still promised."""

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
    """One pattern over the incidents that somebody may see. `recent` counts those since a day
    that the asker chose, `last_at` is None where none has a date."""

    pattern_id: int
    slug: str
    name: str
    total: int
    recent: int
    last_at: datetime | None


# Somebody whom no incident names: sees what everybody sees, and nothing besides.
EVERYBODY = User(pk=0, role=Role.VIEWER)


def trends(user: User, *, since: datetime, besides: bool = False) -> list[Trend]:
    """Every pattern that has a confirmed incident, most recent ones and then most frequent first.

    `since` is midnight in somebody's zone. An incident of which only the day is known counts from
    that day on by its own clock. With `besides` only the incidents that not everybody sees count.
    One query over every confirmed link: callers keep the answer for as long as it holds.
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
    """Most recent ones first, then the most frequent."""
    return sorted(found, key=lambda trend: (-trend.recent, -trend.total, trend.name))


def _since(midnight: datetime) -> Q:
    """By the moment, where it is known; else by the day, for which midnight on the incident's own
    clock stands. No two clocks are more than 26 hours apart."""
    near = Q(incident__occurred_at__gte=midnight - timedelta(hours=26))
    own_day = _OwnDay(F("incident__occurred_at"), F("incident__time_zone"))
    exact = Q(incident__occurred_precision__in=(Precision.MINUTE, Precision.HOUR))
    by_moment = exact & Q(incident__occurred_at__gte=midnight)
    return near & (by_moment | (~exact & Q(GreaterThanOrEqual(own_day, Value(midnight.date())))))


class _OwnDay(Func):
    """The day of a moment on the clock of a time zone; in UTC where none is recorded."""

    template = "(%(expressions)s)::date"
    arg_joiner = " AT TIME ZONE "
    output_field = DateField()

    def __init__(self, moment: F, zone: F) -> None:
        super().__init__(moment, Coalesce(NullIf(zone, Value("")), Value("UTC")))


def came_back(found: list[Trend]) -> list[Trend]:
    """Those with an incident since the day that was asked about, which was not their first."""
    return [trend for trend in found if trend.recent and trend.total > 1]


def most_frequent(found: list[Trend]) -> list[Trend]:
    """Those with more than one incident, the most frequent first."""
    again = [trend for trend in found if trend.total > 1]
    return sorted(again, key=lambda trend: (-trend.total, trend.name))


def by_month(
    user: User, pattern_ids: list[int], *, besides: bool = False
) -> dict[int, dict[date, int]]:
    """How many incidents each pattern had in each month; undated ones are in none."""
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


def open_promises(user: User, pattern_ids: list[int], *, besides: bool = False) -> dict[int, int]:
    """How many action items of each pattern's incidents are still open."""
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
        .annotate(promises=Count("pk", distinct=True))
        .values_list("pattern", "promises")
    )
    return dict(rows)


def _confirmed(user: User, besides: bool = False) -> QuerySet[PatternLink]:
    links = PatternLink.objects.visible_to(user).confirmed().order_by()
    return links.filter(incident__visibility=Visibility.RESTRICTED) if besides else links
