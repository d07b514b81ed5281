"""Measures of a ranked list, given grades: 2 for an answer, 1 for a related document.

Järvelin and Kekäläinen's nDCG with gains of 2^grade − 1; recall counts both grades.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

DEPTH = 10


@dataclass(frozen=True)
class Quality:
    """Means over queries, each from 0 to 1. `first` is the share with an answer in first place."""

    ndcg: float
    recall: float
    mrr: float
    first: float

    def beats(self, other: Quality) -> bool:
        """Tell whether it is better by each of the three measures that a release is held to."""
        return self.ndcg > other.ndcg and self.recall > other.recall and self.mrr > other.mrr


def quality(ranked: Sequence[str], grades: Mapping[str, int]) -> Quality:
    """Measure one query: `ranked` are names in the order found, each once."""
    top = ranked[:DEPTH]
    answers = [name for name, grade in grades.items() if grade == max(grades.values())]
    return Quality(
        ndcg=_gain(grades.get(name, 0) for name in top) / _gain(sorted(grades.values())[::-1]),
        recall=sum(name in grades for name in top) / min(len(grades), DEPTH),
        mrr=next((1 / place for place, name in enumerate(top, 1) if name in answers), 0.0),
        first=float(top[:1] != [] and top[0] in answers),
    )


def mean(qualities: Sequence[Quality]) -> Quality:
    """Average several queries; each counts the same."""
    n = len(qualities)
    return Quality(
        ndcg=sum(one.ndcg for one in qualities) / n,
        recall=sum(one.recall for one in qualities) / n,
        mrr=sum(one.mrr for one in qualities) / n,
        first=sum(one.first for one in qualities) / n,
    )


def _gain(grades: Iterable[int]) -> float:
    """Discounted cumulative gain of the first ten."""
    pairs = zip(grades, range(2, DEPTH + 2), strict=False)
    return sum((2**grade - 1) / math.log2(place) for grade, place in pairs)
