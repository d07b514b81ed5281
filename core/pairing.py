"""Pairs of parts of two versions, found by what they say, not by where they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.anchors import longest_increasing

_WORD = re.compile(r"\w+")
_MOST_COMPARED = 40_000  # pairs of parts; beyond it only what is the same is paired
_MOST_WORDS = 1_000  # of a part, by which it is recognised
ALIKE = 0.5  # the share of common words from which two parts are one that was edited


def _words(text: str) -> Counter[str]:
    """Return how often each word is in the text, of its first words."""
    return Counter(_WORD.findall(text.lower())[:_MOST_WORDS])


def _alike(old: Counter[str], new: Counter[str]) -> float:
    """Return the share of words that two texts have in common, from 0 to 1."""
    total = old.total() + new.total()
    return 2 * (old & new).total() / total if total else 0.0


@dataclass(frozen=True)
class Part:
    """A part of a text: what it is called, and all that it says."""

    name: str
    text: str


def pairs(old: Sequence[Part], new: Sequence[Part]) -> dict[int, int]:
    """Return, by the index of each part of `old` that is still there, its index in `new`.

    The same text is paired first, then the same name, then what is most alike.
    """
    found: dict[int, int] = {}
    _pair_equal(found, [part.text for part in old], [part.text for part in new])
    _pair_equal(found, [part.name for part in old], [part.name for part in new])
    left = [index for index in range(len(old)) if index not in found]
    taken = set(found.values())
    right = [index for index in range(len(new)) if index not in taken]
    if len(left) * len(right) > _MOST_COMPARED:
        return found
    before = {index: _words(old[index].text) for index in left}
    after = {index: _words(new[index].text) for index in right}
    scored = sorted((-_alike(before[a], after[b]), abs(a - b), a, b) for a in left for b in right)
    for score, _, a, b in scored:
        if -score >= ALIKE and a not in found and b not in taken:
            found[a] = b
            taken.add(b)
    return found


def _pair_equal(found: dict[int, int], old: Sequence[str], new: Sequence[str]) -> None:
    """Pair what is equal in both and not yet paired, each in order of its first appearance."""
    taken = set(found.values())
    places: dict[str, list[int]] = {}
    for index in reversed(range(len(new))):
        if index not in taken:
            places.setdefault(new[index], []).append(index)
    for index, text in enumerate(old):
        if index not in found and places.get(text):
            found[index] = places[text].pop()


def moved(found: dict[int, int]) -> set[int]:
    """Return the indexes of `old` that changed their order: the fewest without which the others
    are in the order in which they were."""
    kept = longest_increasing(sorted(found.items()))
    return set(found) - {old for old, _ in kept}


def in_order(old: Sequence[str], new: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Return both lists of lines side by side, each with the one it became, in order.

    None is beside what was removed or added. Only lines that are alike are paired.
    """
    kept: dict[int, int] = {}
    if len(old) * len(new) <= _MOST_COMPARED:
        kept = _best_in_order(old, new)
    rows: list[tuple[int | None, int | None]] = []
    done = 0
    for index in range(len(old)):
        if index not in kept:
            rows.append((index, None))
            continue
        rows += [(None, other) for other in range(done, kept[index])]
        rows.append((index, kept[index]))
        done = kept[index] + 1
    return rows + [(None, other) for other in range(done, len(new))]


def _best_in_order(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """The pairs without a crossing that are most alike in all."""
    before, after = [_words(line) for line in old], [_words(line) for line in new]
    scores = [[_alike(a, b) for b in after] for a in before]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for a in reversed(range(len(old))):
        for b in reversed(range(len(new))):
            score = scores[a][b]
            paired = score + best[a + 1][b + 1] if score >= ALIKE else 0.0
            best[a][b] = max(paired, best[a + 1][b], best[a][b + 1])
    found: dict[int, int] = {}
    a = b = 0
    while a < len(old) and b < len(new):
        if best[a][b] == best[a + 1][b]:
            a += 1
        elif best[a][b] == best[a][b + 1]:
            b += 1
        else:
            found[a] = b
            a, b = a + 1, b + 1
    return found
