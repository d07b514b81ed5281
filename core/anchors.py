"""Anchors between two sequences: what both have once, in the same order."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any


def anchors(
    here: Sequence[Any],
    there: Sequence[Any],
    is_eligible: Callable[[Any], object] = lambda _: True,
) -> list[tuple[int, int]]:
    """Return where both sequences have what each has once, as far as it is in the same order."""
    times_here, times_there = Counter(here), Counter(there)
    where = {unit: at for at, unit in enumerate(there)}
    pairs = [
        (at, where[unit])
        for at, unit in enumerate(here)
        if times_here[unit] == 1 == times_there[unit] and is_eligible(unit)
    ]
    return longest_increasing(pairs)


def longest_increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest chain of `pairs`, sorted by the first, in which the second grows too."""
    tails: list[int] = []
    tail_at: list[int] = []
    before: list[int] = []
    for at, (_, met) in enumerate(pairs):
        length = bisect_left(tails, met)
        before.append(tail_at[length - 1] if length else -1)
        tails[length : length + 1] = [met]
        tail_at[length : length + 1] = [at]
    chain = []
    at = tail_at[-1] if tail_at else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]
