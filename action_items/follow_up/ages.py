"""Ages of open action items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from action_items.follow_up.counts import Sums

# Upper limit of each bucket in days, and its name.
_BUCKETS = (
    (7, "to 7 days"),
    (30, "8–30 days"),
    (90, "31–90 days"),
    (180, "91–180 days"),
    (365, "181–365 days"),
    (None, "over a year"),
)


@dataclass(frozen=True)
class Bucket:
    name: str
    items: int


@dataclass(frozen=True)
class Ages:
    """Ages of open items in whole days; None if nothing is open."""

    median: int | None
    p90: int | None
    buckets: tuple[Bucket, ...]


def ages(made: Sums, *, today: date) -> Ages:
    """Return the ages on `today` of open items, given as their number by day of creation."""
    counted = sorted((max((today - on).days, 0), items) for on, (items,) in made.items())
    return Ages(
        median=_percentile(counted, 0.5),
        p90=_percentile(counted, 0.9),
        buckets=_buckets(counted),
    )


def _percentile(counted: Sequence[tuple[int, int]], share: float) -> int | None:
    """Return the least age that at least `share` of the items do not exceed."""
    wanted = share * sum(items for _, items in counted)
    seen = 0
    for age, items in counted:
        seen += items
        if seen >= wanted:
            return age
    return None


def _buckets(counted: Sequence[tuple[int, int]]) -> tuple[Bucket, ...]:
    found, least = [], -1
    for most, name in _BUCKETS:
        held = (items for age, items in counted if least < age and (most is None or age <= most))
        found.append(Bucket(name, sum(held)))
        least = most or least
    return tuple(found)
