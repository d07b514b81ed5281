"""How much a document is about each of its words: BM25's term weight over weighted fields.

The document's side of BM25 needs nothing but the document, so it is worked out once, when the
document is indexed; what is left for a search is to multiply by how rare the word is. Fields
count as in BM25F: a word in the title counts as often as five in the body (Robertson and Zaragoza,
"The Probabilistic Relevance Framework", 2009).

A vector's positions keep the impact: PostgreSQL's `ts_rank` gives for one lexeme the sum of its
positions' weights by 1, 1/4 and 1/9, whatever the positions are, but the largest weight counts
whole wherever it stands. So up to three weights of four make some sixty steps that the database
reads back without our sending it any function.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise, product

from search.keys import TIER_SIZES

# Weights of the fields: A the title and reference, B what sums it up, L its labels, C the rest,
# D timeline and supporting text.
FIELDS = {"A": 5.0, "B": 2.2, "L": 2.0, "C": 1.0, "D": 0.5}
_SATURATION = 2.0  # k1: how soon saying it again adds little
_LENGTH = 0.85  # b: how much long documents pay for their length
_USUAL_LENGTH = 350  # words; a constant, so that one document's impacts never depend on others

# What happened comes before what to do and what was promised, and those before what it is
# called: short texts say little but the words they are found by.
KIND_WEIGHTS = {"incident": 1.0, "playbook": 0.65, "action_item": 0.5, "pattern": 0.45}

# For `ts_rank`: weights of D, C, B and A, chosen so that the steps lie close together where the
# impacts of real documents do.
RANK_WEIGHTS = "{0.1,0.28,0.54,1.0}"
_WEIGHT = {"D": 0.1, "C": 0.28, "B": 0.54, "A": 1.0}
_SHARE = (1, 1 / 4, 1 / 9)
_RANKED_ALONE = 1.64493406685  # by what ts_rank divides the sum


def _ranked(letters: Sequence[str]) -> float:
    """What `ts_rank` gives for a lexeme with these weights at its positions, before it divides."""
    weights = [_WEIGHT[letter] for letter in letters]
    largest = max(weights)
    place = weights.index(largest)
    shared = sum(weight * share for weight, share in zip(weights, _SHARE, strict=False))
    return largest + shared - largest * _SHARE[place]


def _all_steps() -> list[tuple[float, str]]:
    """What `ts_rank` gives, and the positions for which it does. Of those that are nearly equal
    the one with the fewest positions, which take room."""
    steps: dict[float, tuple[float, str]] = {}
    for length in (1, 2, 3):
        for letters in product("ABCD", repeat=length):
            positions = ",".join(f"{place}{x}" for place, x in enumerate(letters, start=1))
            ranked = _ranked(letters)
            steps.setdefault(round(ranked, 2), (ranked, positions))
    return sorted(steps.values())


_MOST, _ = _all_steps()[-1]
RANK_SCALE = _RANKED_ALONE / _MOST  # from what ts_rank says to an impact from 0 to 1
_STEPS = [(ranked / _MOST, positions) for ranked, positions in _all_steps()]
_VALUES = [value for value, _ in _STEPS]
_BETWEEN = [(low + high) / 2 for low, high in pairwise(_VALUES)]


def step(impact: float) -> int:
    """The number of the step that is nearest to `impact`."""
    return bisect_left(_BETWEEN, impact)


def value(number: int) -> float:
    """The impact of a step, as a search will read it."""
    return _VALUES[number]


def positions(number: int) -> str:
    """A step, written as the positions of a lexeme."""
    return _STEPS[number][1]


def impacts(fields: Mapping[str, Iterable[str]], length: int) -> dict[str, int]:
    """For every lexeme of the document the step of its impact. `length` is in words."""
    often: dict[str, float] = {}
    for field, lexemes in fields.items():
        weight = FIELDS[field]
        for lexeme in lexemes:
            often[lexeme] = often.get(lexeme, 0.0) + weight
    damping = _SATURATION * (1 - _LENGTH + _LENGTH * length / _USUAL_LENGTH)
    return {lexeme: step(count / (count + damping)) for lexeme, count in often.items()}


_EPOCH = date(2000, 1, 1).toordinal()
_AGES = 50 * 365
_RECENT = 0.02  # how much of the worth is age: enough to order equals, and no more


@lru_cache(maxsize=50_000)
def recency(occurred_on: date | None) -> float:
    """From 0 to 1; never changes with the time that goes by."""
    if occurred_on is None:
        return 0.0
    return min(max((occurred_on.toordinal() - _EPOCH) / _AGES, 0.0), 1.0)


def worth(impact: float, kind: str, recent: float) -> float:
    """What orders the documents of one word; of equal ones the later comes first."""
    return (1 - _RECENT) * impact * KIND_WEIGHTS[kind] + _RECENT * recent


def tiers_of(worths: list[float], share: float) -> list[float]:
    """The worths from which on a document is among the best of a word, for each tier that holds
    less than half of its documents; `worths` are those of a sample, `share` of everything."""
    ordered = sorted(worths, reverse=True)
    found = []
    for size in TIER_SIZES:
        place = max(round(size * share), 1)
        if place * 2 > len(ordered):
            break
        found.append(ordered[place - 1])
    return found
