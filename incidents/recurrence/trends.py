"""Failure patterns over time: how often, when last, and what is still promised."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import TruncMonth

from accounts.models import User
from incidents.models import ActionItem, LinkState, PatternLink


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


def trends(user: User, *, since: datetime) -> list[Trend]:
    """Every pattern that has a confirmed incident, most recent ones and then most frequent first.

    One query over every confirmed link: callers keep the answer for as long as it holds.
    """
    rows = (
        _confirmed(user)
        .values("pattern_id", "pattern__slug", "pattern__name")
        .annotate(
            total=Count("pk"),
            recent=Count("pk", filter=Q(incident__occurred_at__gte=since)),
            last_at=Max("incident__occurred_at"),
        )
        .order_by("-recent", "-total", "pattern__name")
        .values_list("pattern_id", "pattern__slug", "pattern__name", "total", "recent", "last_at")
    )
    return [Trend(*row) for row in rows]


def came_back(found: list[Trend]) -> list[Trend]:
    """Those with an incident since the day that was asked about, which was not their first."""
    return [trend for trend in found if trend.recent and trend.total > 1]


def most_frequent(found: list[Trend]) -> list[Trend]:
    """Those with more than one incident, the most frequent first."""
    again = [trend for trend in found if trend.total > 1]
    return sorted(again, key=lambda trend: (-trend.total, trend.name))


def by_month(user: User, pattern_ids: list[int]) -> dict[int, dict[date, int]]:
    """How many incidents each pattern had in each month; undated ones are in none."""
    months: dict[int, dict[date, int]] = defaultdict(dict)
    if not pattern_ids:
        return months
    rows = (
        _confirmed(user)
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


def open_promises(user: User, pattern_ids: list[int]) -> dict[int, int]:
    """How many action items of each pattern's incidents are still open."""
    if not pattern_ids:
        return {}
    rows = (
        ActionItem.objects.visible_to(user)
        .open()
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


def _confirmed(user: User) -> QuerySet[PatternLink]:
    return PatternLink.objects.visible_to(user).confirmed().order_by()
