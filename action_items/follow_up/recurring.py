"""Action items against failures that recurred."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, F

from action_items.follow_up.counts import Counts
from action_items.follow_up.scope import Reach
from action_items.models import FixCheck
from incidents.models import LinkState
from playbooks.models import FailurePattern

MOST = 20


@dataclass(frozen=True)
class RecurringPattern:
    """A recurring pattern: its incidents within a year and ever, the open and overdue action
    items after them, and the fixes reported as not having held.
    """

    name: str
    slug: str
    recent: int
    total: int
    open: int
    overdue: int
    failed: int


def recurring_patterns(counts: Counts, reach: Reach) -> tuple[RecurringPattern, ...]:
    """Return patterns with several incidents in `reach`, at least one within a year, and action
    items or failed fixes.

    The most overdue first. Two queries.
    """
    met = {
        pattern: numbers
        for pattern, numbers in counts.met.items()
        if numbers[0] >= 1 and numbers[1] >= 2
    }
    failed = _failed(reach, met) if met else {}
    told = [pattern for pattern in met if pattern in counts.open_by_pattern or pattern in failed]
    names = FailurePattern.objects.filter(pk__in=told).values_list("pk", "name", "slug")
    found = []
    for pk, name, slug in names:
        (recent, total), (still_open, overdue) = met[pk], counts.open_by_pattern.get(pk, (0, 0))
        found.append(
            RecurringPattern(name, slug, recent, total, still_open, overdue, failed.get(pk, 0))
        )
    found.sort(key=lambda one: (-one.overdue, -one.failed, -one.open, -one.recent, one.name))
    return tuple(found[:MOST])


def _failed(reach: Reach, patterns: Collection[int]) -> dict[int, int]:
    """Return the number of fixes that did not hold, by pattern of the incident in which they
    failed.
    """
    checks = reach.after_these(FixCheck.objects.failed(), "incident")
    rows = (
        checks.filter(
            action_item__in=reach.items,
            incident__pattern_links__state=LinkState.CONFIRMED,
            incident__pattern_links__pattern__in=list(patterns),
        )
        .order_by()
        .values(pattern=F("incident__pattern_links__pattern"))
        .annotate(fixes=Count("action_item", distinct=True))
        .values_list("pattern", "fixes")
    )
    return dict(rows)
