"""Cached sums, counted again only for blocks with new writes."""

from __future__ import annotations

import hashlib
import pickle
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import BigIntegerField, Count, F, Func, Max, Sum

from action_items.follow_up.counts import Counts, Days, block_of, count, in_blocks
from action_items.follow_up.scope import Reach

A_DAY = 24 * 60 * 60


def counted(reach: Reach, days: Days, *, keep: bool) -> Counts:
    """Return the sums over `reach`.

    With `keep`, the part that everybody or every administrator sees is cached for all of them. What
    one reader sees in addition is counted each time; so are sums for teams, which are small, and
    for several services, which have too many combinations to cache.
    """
    if not keep or reach.teams or len(reach.services) > 1:
        return _sum(reach, days)
    found = _kept(reach.shared, days)
    if besides := reach.besides:
        found.add(_sum(besides, days))
    return found


def _sum(reach: Reach, days: Days) -> Counts:
    found = Counts()
    for more in count(reach.items, reach.links, days).values():
        found.add(more)
    return found


@dataclass
class _Kept:
    """Cached sums by block, with the state of each block when it was counted, and the total.

    Blocks stay compressed, since most of them are not read.
    """

    states: dict[int, Any] = field(default_factory=dict)
    blocks: dict[int, bytes] = field(default_factory=dict)
    total: Counts = field(default_factory=Counts)


def _kept(reach: Reach, days: Days) -> Counts:
    # States are read first: later writes are then counted twice, and never missed.
    labels, states = _labels(), _states(reach)
    who = "everybody" if reach.reader is None else "administrators"
    about = repr((who, labels, days, reach.services))
    key = f"follow-up-sums:{hashlib.blake2b(about.encode(), digest_size=16).hexdigest()}"
    kept: _Kept = cache.get(key) or _Kept()
    if changed := _changed(kept.states, states):
        _count_again(kept, changed, states, reach, days)
        cache.set(key, kept, A_DAY)
    return kept.total


def _changed(before: Mapping[int, Any], now: Mapping[int, Any]) -> list[int]:
    return [block for block in {*before, *now} if before.get(block) != now.get(block)]


def _count_again(
    kept: _Kept, changed: list[int], states: dict[int, Any], reach: Reach, days: Days
) -> None:
    items, links = reach.items, reach.links
    if 2 * len(changed) < len(states):
        within = in_blocks("incident_id", changed)
        items, links = items.filter(within), links.filter(within)
    found = count(items, links, days)
    for block in changed:
        if block in kept.blocks:
            before = _unpacked(kept.blocks.pop(block))
            kept.total.add(before, -1)
        if block in found:
            kept.total.add(found[block])
            kept.blocks[block] = _packed(found[block])
    kept.states = states


def _packed(counts: Counts) -> bytes:
    return zlib.compress(pickle.dumps(counts), level=1)


def _unpacked(packed: bytes) -> Counts:
    counts: Counts = pickle.loads(zlib.decompress(packed))  # noqa: S301 (of `_packed`)
    return counts


def _states(reach: Reach) -> dict[int, Any]:
    """Return by block a value that changes with every write to an incident in it.

    Each write changes `updated_at`, and an incident that becomes invisible drops out.
    """
    milliseconds = Func(
        F("updated_at"),
        template="(date_part('epoch', %(expressions)s) * 1000)::bigint",
        output_field=BigIntegerField(),
    )
    rows = (
        reach.incidents.annotate(block=block_of("id"))
        .values("block")
        .annotate(incidents=Count("pk"), last=Max("updated_at"), moments=Sum(milliseconds))
        .values_list("block", "incidents", "last", "moments")
    )
    return {block: state for block, *state in rows}


# Deleting one of these removes it from incidents and items without a write to them.
_LABELS = """
SELECT (SELECT count(*) FROM accounts_user), (SELECT count(*) FROM accounts_team),
  (SELECT count(*) FROM incidents_service), (SELECT count(*) FROM playbooks_failurepattern)
"""


def _labels() -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_LABELS)
        return tuple(cursor.fetchone())
