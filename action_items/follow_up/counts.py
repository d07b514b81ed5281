"""Follow-up counts over many incidents, as sums that can be added and subtracted.

They are counted by block of incidents, so that only blocks with new writes need to be counted
again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import TruncDate

from incidents.models import CLOSED, LinkState, PatternLink
from incidents.models.action_item import ActionItemQuerySet

BLOCK = 2048  # incidents per block, by primary key
MONTHS = 12
_A_YEAR = timedelta(days=365)

Sums = dict[Any, tuple[int, ...]]


@dataclass(frozen=True)
class Days:
    """The days that sums depend on: `today` in `zone`, and `decide_on`, up to which due dates call
    for a decision.

    Closed items are counted from `closed_since` on, new incidents of a pattern over a year.
    """

    today: date
    zone: ZoneInfo
    decide_on: date

    @property
    def closed_since(self) -> date:
        return min(first_months(self.today)[0], self.today - _A_YEAR)

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.zone)

    @property
    def a_year_ago(self) -> datetime:
        return self.midnight(self.today - _A_YEAR)


@dataclass(frozen=True)
class Counts:
    """Sums by key. Keys are primary keys; names are looked up when they are shown."""

    closed: Sums = field(default_factory=dict)  # (day, status): items, with a date, by that date
    made: Sums = field(default_factory=dict)  # day: open items created on it
    held: Sums = field(default_factory=dict)  # (owner, team): open, overdue, for a decision
    services: Sums = field(default_factory=dict)  # service: open, overdue
    met: Sums = field(default_factory=dict)  # pattern: incidents within a year, ever
    open_by_pattern: Sums = field(default_factory=dict)  # pattern: open, overdue

    def add(self, other: Counts, times: int = 1) -> None:
        """Add the sums of other incidents, or subtract them if `times` is -1."""
        for name in (one.name for one in fields(self)):
            own: Sums = getattr(self, name)
            for key, numbers in getattr(other, name).items():
                held = own.get(key, (0,) * len(numbers))
                total = tuple(a + times * b for a, b in zip(held, numbers, strict=True))
                if any(total):
                    own[key] = total
                else:
                    own.pop(key, None)


def first_months(today: date) -> list[date]:
    """Return the first days of the last twelve months, including the current one."""
    running = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(running - MONTHS + 1, running + 1)]


def count(
    items: ActionItemQuerySet, links: QuerySet[PatternLink], days: Days
) -> Mapping[int, Counts]:
    """Return sums over `items` and over the patterns of `links`, by block of incidents. Six
    queries.
    """
    found: dict[int, Counts] = defaultdict(Counts)
    late = {"open": Count("pk"), "overdue": Count("pk", filter=Q(due_on__lt=days.today))}
    still = items.open().order_by()
    for name, rows in (
        ("closed", _closed(items, days)),
        ("made", _by(still, TruncDate("created_at", tzinfo=days.zone), items=Count("pk"))),
        ("held", _held(still, days, late)),
        ("services", _by(still, F("incident__services"), **late)),
        ("met", _met(links, days)),
        ("open_by_pattern", _open_by_pattern(still, late)),
    ):
        for block, key, numbers in rows:
            getattr(found[block], name)[key] = numbers
    return found


def block_of(field: str) -> ExpressionWrapper:
    """Return an expression for the block of the incident whose key is in `field`."""
    return ExpressionWrapper(F(field) / BLOCK, output_field=BigIntegerField())


def in_blocks(field: str, blocks: Collection[int]) -> Q:
    """Return a condition: the incident with the key in `field` is in one of `blocks`."""
    found = Q()
    for block in blocks:
        found |= Q(**{f"{field}__gte": block * BLOCK, f"{field}__lt": (block + 1) * BLOCK})
    return found


_Rows = Iterable[tuple[int, Any, tuple[int, ...]]]


def _by(rows: QuerySet[Any], key: Any, **numbers: Any) -> _Rows:
    grouped = rows.annotate(block=block_of("incident_id"), key=key).values("block", "key")
    for block, one, *sums in grouped.annotate(**numbers).values_list("block", "key", *numbers):
        yield block, one, tuple(sums)


def _by_two(rows: QuerySet[Any], one: str, other: str, **numbers: Any) -> _Rows:
    grouped = rows.annotate(block=block_of("incident_id")).values("block", one, other)
    counted = grouped.annotate(**numbers).values_list("block", one, other, *numbers)
    for block, first, second, *sums in counted:
        yield block, (first, second), tuple(sums)


def _closed(items: ActionItemQuerySet, days: Days) -> _Rows:
    since = days.midnight(days.closed_since)
    closed = items.filter(status__in=CLOSED, closed_at__gte=since).order_by()
    return _by_two(
        closed.annotate(on=TruncDate("closed_at", tzinfo=days.zone)),
        *("on", "status"),
        items=Count("pk"),
        dated=Count("due_on"),
        met=Count("pk", filter=Q(on__lte=F("due_on"))),
    )


def _held(still: ActionItemQuerySet, days: Days, late: dict[str, Any]) -> _Rows:
    to_decide = Count("pk", filter=Q(due_on__lte=days.decide_on))
    return _by_two(still, "owner", "owner_team", **late, to_decide=to_decide)


def _met(links: QuerySet[PatternLink], days: Days) -> _Rows:
    recent = Count("pk", filter=Q(incident__occurred_at__gte=days.a_year_ago))
    confirmed = links.filter(state=LinkState.CONFIRMED).order_by()
    return _by(confirmed, F("pattern"), recent=recent, total=Count("pk"))


def _open_by_pattern(still: ActionItemQuerySet, late: dict[str, Any]) -> _Rows:
    confirmed = still.filter(incident__pattern_links__state=LinkState.CONFIRMED)
    return _by(confirmed, F("incident__pattern_links__pattern"), **late)
