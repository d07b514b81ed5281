"""Trends of the failure patterns, worked out again only after something was written.

They are read on every home page, and a pass over every confirmed link for each would cost more
than all the rest of it. What is kept belongs to one person, since nobody's counts may include what
they cannot see, and only for as long as nothing that they may see has changed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.core.cache import cache
from django.db import connection

from accounts.models import User
from incidents import recurrence
from incidents.views.addresses import pattern_url

SHOWN = 5
MONTHS = 24  # on the small axis
KEPT = 10 * 60  # seconds


@dataclass(frozen=True)
class AxisPoint:
    """A month with incidents on the small axis. `x` is per cent, `radius` in pixels."""

    x: str
    radius: str
    title: str


@dataclass(frozen=True)
class TrendRow:
    """A pattern that recurs, as home shows it."""

    name: str
    url: str
    words: str
    axis: list[AxisPoint]
    promises: str


@dataclass(frozen=True)
class HomeTrends:
    """Patterns that came back this quarter; where none did, those that recur most."""

    title: str
    rows: list[TrendRow]


@dataclass(frozen=True)
class KeptTrends:
    """Every pattern's trend and open promises by its key, and what home shows of them."""

    trends: dict[int, recurrence.Trend]
    promises: dict[int, int]
    home: HomeTrends


def quarter_start(today: date) -> date:
    """The first day of the quarter of `today`."""
    return date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)


def kept_trends(user: User, today: date) -> KeptTrends:
    """The trends as `user` may see them. One query where nothing changed since the last time."""
    state = hashlib.blake2b(_state(user).encode(), digest_size=16).hexdigest()
    key = f"pattern-trends:{user.pk}:{user.role}:{today}:{state}"
    found = cache.get(key)
    if found is None:
        found = _trends(user, today)
        cache.set(key, found, KEPT)
    return found


# By hand, since it is asked on every home page: putting it together took longer than all it saves.
_STATE = """
SELECT ARRAY(SELECT team_id FROM accounts_team_members WHERE user_id = %s ORDER BY team_id),
  (SELECT max(id) FROM incidents_revision),
  (SELECT count(*) FROM incidents_incident WHERE archived_at IS NOT NULL),
  (SELECT max(archived_at) FROM incidents_incident WHERE archived_at IS NOT NULL),
  (SELECT max(updated_at) FROM playbooks_failurepattern)
"""


def _state(user: User) -> str:
    """A word that changes with every write: each keeps a revision, but for archiving, which moves
    the count or the last moment of the archive, patterns, and who is in which team."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [user.pk])
        return str(cursor.fetchone())


def _trends(user: User, today: date) -> KeptTrends:
    since = datetime.combine(quarter_start(today), time(), tzinfo=UTC)
    found = recurrence.trends(user, since=since)
    promises = recurrence.open_promises(user, [trend.pattern_id for trend in found])
    return KeptTrends(
        trends={trend.pattern_id: trend for trend in found},
        promises=promises,
        home=_home(user, found, promises),
    )


def _home(user: User, found: list[recurrence.Trend], promises: dict[int, int]) -> HomeTrends:
    back = recurrence.came_back(found)[:SHOWN]
    shown = back or recurrence.most_frequent(found)[:SHOWN]
    months = recurrence.by_month(user, [trend.pattern_id for trend in shown])
    return HomeTrends(
        title="Came back this quarter" if back else "Failures that recur",
        rows=[
            TrendRow(
                name=trend.name,
                url=pattern_url(trend.slug),
                words=_words(trend, in_quarter=bool(back)),
                axis=axis(months.get(trend.pattern_id, {})),
                promises=_promises(promises.get(trend.pattern_id, 0)),
            )
            for trend in shown
        ],
    )


def _words(trend: recurrence.Trend, *, in_quarter: bool) -> str:
    if in_quarter:
        return f"{trend.recent:,} this quarter, {trend.total:,} in all"
    return f"{trend.total:,} incidents"


def _promises(count: int) -> str:
    return f"{count:,} open promise{'s' if count > 1 else ''}" if count else "no open promise"


def axis(months: dict[date, int]) -> list[AxisPoint]:
    """The last `MONTHS` months that had incidents, from the first of them to the last."""
    shown = sorted(months.items())[-MONTHS:]
    if not shown:
        return []
    first, last = shown[0][0], shown[-1][0]
    whole = max((last - first).days, 1)
    return [
        AxisPoint(
            x=f"{3 + 94 * (month - first).days / whole:.1f}%" if len(shown) > 1 else "50%",
            radius=f"{min(3 + count * 0.6, 7):.1f}",
            title=f"{count} in {month:%B %Y}",
        )
        for month, count in shown
    ]
