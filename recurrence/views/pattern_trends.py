"""Trends of failure patterns, cached until something is written.

Every home page shows them, and counting all confirmed links each time would cost more than the rest
of it. The incidents visible to everybody are counted once for all users; restricted ones are added
for each user who sees some, and cached per user.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.core.cache import cache
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from core import times
from core.templatetags import ui
from incidents.addresses import pattern_url
from incidents.analytics import state_of
from incidents.models.write_mark import Topic
from recurrence import analytics

SHOWN = 5
MONTHS = 24  # on the small axis
KEPT = 10 * 60  # seconds


@dataclass(frozen=True)
class AxisPoint:
    """A month with incidents on the small axis. `x` is in per cent, `radius` in pixels."""

    x: str
    radius: str
    title: str


@dataclass(frozen=True)
class TrendRow:
    """A recurring pattern on the home page.

    Each axis has its own scale, so `since` names its first month; empty if there is only one.
    """

    name: str
    url: str
    words: str
    since: str
    axis: list[AxisPoint]
    open_items: str

    def drawn_axis(self) -> SafeString:
        return ui.filled(
            '<circle cx="{}" cy="9" r="{}"><title>{}</title></circle>',
            ((point.x, point.radius, point.title) for point in self.axis),
        )


@dataclass(frozen=True)
class HomeTrends:
    """Patterns that recurred this quarter; if there are none, the most frequent ones."""

    title: str
    rows: list[TrendRow]


@dataclass(frozen=True)
class Counts:
    """Trends and numbers of open action items, by pattern key."""

    trends: dict[int, analytics.Trend]
    open_items: dict[int, int]


@dataclass(frozen=True)
class KeptTrends:
    """Trends and numbers of open action items by pattern key, and the rows for the home page."""

    trends: dict[int, analytics.Trend]
    open_items: dict[int, int]
    home: HomeTrends


def quarter_start(today: date) -> date:
    """Return the first day of the quarter of `today`."""
    return date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)


def kept_trends(user: User, today: date) -> KeptTrends:
    """Return the trends visible to `user`, for the quarter of `today` in their time zone.

    One query if nothing changed since the last time.
    """
    teams, written = state_of(user, Topic.INCIDENTS)
    since = datetime.combine(quarter_start(today), time(), timezone.get_current_timezone())
    when = f"{since.isoformat()}:{timezone.get_current_timezone_name()}"
    state = _digest(f"{when}:{written}")
    key = f"pattern-trends:{user.pk}:{user.role}:{_digest(teams)}:{state}"
    found = cache.get(key)
    if found is None:
        besides = _counts(user, since, besides=True)
        counts = _sum(_everybodys(since, state), besides)
        shown, title, in_quarter = _shown(counts)
        months = _months(user if besides.trends else None, [one.pattern_id for one in shown], state)
        home = HomeTrends(title, [_row(one, counts, months, in_quarter) for one in shown])
        found = KeptTrends(counts.trends, counts.open_items, home)
        cache.set(key, found, KEPT)
    return found


def _everybodys(since: datetime, state: str) -> Counts:
    """Return the counts over incidents visible to everybody, cached for all users."""
    key = f"pattern-trends:everybody:{state}"
    found = cache.get(key)
    if found is None:
        found = _counts(analytics.EVERYBODY, since, besides=False)
        cache.set(key, found, KEPT)
    return found


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _counts(user: User, since: datetime, *, besides: bool) -> Counts:
    found = analytics.trends(user, since=since, besides=besides)
    pks = [trend.pattern_id for trend in found]
    return Counts(
        trends={trend.pattern_id: trend for trend in found},
        open_items=analytics.open_action_items(user, pks, besides=besides),
    )


def _sum(everybodys: Counts, besides: Counts) -> Counts:
    if not besides.trends:
        return everybodys
    trends = dict(everybodys.trends)
    for pk, more in besides.trends.items():
        trends[pk] = _together(trends[pk], more) if pk in trends else more
    open_items = Counter(everybodys.open_items) + Counter(besides.open_items)
    return Counts(trends, dict(open_items))


def _together(one: analytics.Trend, other: analytics.Trend) -> analytics.Trend:
    moments = [trend.last_at for trend in (one, other) if trend.last_at]
    return replace(
        one,
        total=one.total + other.total,
        recent=one.recent + other.recent,
        last_at=max(moments, default=None),
    )


def _shown(counts: Counts) -> tuple[list[analytics.Trend], str, bool]:
    """Return the patterns for the home page, their heading, and whether they recurred this
    quarter.
    """
    found = analytics.in_order(counts.trends.values())
    if back := analytics.came_back(found)[:SHOWN]:
        return back, "Recurred this quarter", True
    return analytics.most_frequent(found)[:SHOWN], "Failures that recur", False


def _months(besides: User | None, pks: list[int], state: str) -> dict[int, dict[date, int]]:
    """Return the incidents of these patterns by month.

    Those visible to everybody are cached; restricted ones visible to `besides` are added.
    """
    key = f"pattern-months:{state}:{_digest(str(pks))}"
    found = cache.get(key)
    if found is None:
        found = dict(analytics.by_month(analytics.EVERYBODY, pks))
        cache.set(key, found, KEPT)
    if besides is None:
        return found
    own = analytics.by_month(besides, pks, besides=True)
    return {pk: dict(Counter(found.get(pk, {})) + Counter(own.get(pk, {}))) for pk in pks}


def _row(
    trend: analytics.Trend, counts: Counts, months: dict[int, dict[date, int]], in_quarter: bool
) -> TrendRow:
    own = months.get(trend.pattern_id, {})
    return TrendRow(
        name=trend.name,
        url=pattern_url(trend.slug),
        words=_words(trend, in_quarter=in_quarter),
        since=f"since {times.month(min(own))}" if len(own) > 1 else "",
        axis=axis(own),
        open_items=_open_items(counts.open_items.get(trend.pattern_id, 0)),
    )


def _words(trend: analytics.Trend, *, in_quarter: bool) -> str:
    if in_quarter:
        return f"{trend.recent:,} this quarter, {trend.total:,} in all"
    return f"{trend.total:,} incidents"


def _open_items(count: int) -> str:
    return (
        f"{count:,} open action item{'s' if count > 1 else ''}" if count else "no open action items"
    )


def axis(months: dict[date, int]) -> list[AxisPoint]:
    """Return points for the last `MONTHS` months that had incidents."""
    shown = sorted(months.items())[-MONTHS:]
    if not shown:
        return []
    first, last = shown[0][0], shown[-1][0]
    whole = max((last - first).days, 1)
    return [
        AxisPoint(
            x=f"{3 + 94 * (month - first).days / whole:.1f}%" if len(shown) > 1 else "50%",
            radius=f"{min(3 + count * 0.6, 7):.1f}",
            title=f"{count} in {times.long_month(month)}",
        )
        for month, count in shown
    ]
