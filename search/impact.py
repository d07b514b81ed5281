"""Impact: how much a document is about each of its words, as BM25's term weight over weighted
fields.

The document's side of BM25 depends on the document alone, so it is computed once, when the document
is indexed; a search only multiplies it by the rarity of the word. Fields count as in BM25F: a word
in the title counts as often as five in the body (Robertson and Zaragoza, "The Probabilistic
Relevance Framework", 2009).

The positions of a vector store the impact: PostgreSQL's `ts_rank` gives for one lexeme the sum of
its positions' weights by 1, 1/4 and 1/9, whatever the positions are, but the largest weight counts
whole wherever it stands. So up to three weights out of four make some sixty steps, which the
database reads back without any function of ours.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise, product

from search.keys import TIER_SIZES

# Weights of the fields: A the title and reference, B summaries, L labels, C the rest, D timeline
# and supporting text.
FIELDS = {"A": 5.0, "B": 2.2, "L": 2.0, "C": 1.0, "D": 0.5}
_SATURATION = 2.0  # k1: how soon repetition adds little
_LENGTH = 0.85  # b: how much length is penalised
_USUAL_LENGTH = 350  # words; a constant, so that a document's impacts never depend on others

# Incidents come before playbooks and action items, patterns last: short texts contain little but
# the words they are found by.
KIND_WEIGHTS = {"incident": 1.0, "playbook": 0.65, "action_item": 0.5, "pattern": 0.45}

# Weights of D, C, B and A for `ts_rank`, chosen so that the steps are finest where the impacts of
# real documents are.
RANK_WEIGHTS = "{0.1,0.28,0.54,1.0}"
_WEIGHT = {"D": 0.1, "C": 0.28, "B": 0.54, "A": 1.0}
_SHARE = (1, 1 / 4, 1 / 9)
_RANKED_ALONE = 1.64493406685  # the divisor of ts_rank


def _ranked(letters: Sequence[str]) -> float:
    """Return what `ts_rank` gives for a lexeme with these weights, before it divides."""
    weights = [_WEIGHT[letter] for letter in letters]
    largest = max(weights)
    place = weights.index(largest)
    shared = sum(weight * share for weight, share in zip(weights, _SHARE, strict=False))
    return largest + shared - largest * _SHARE[place]


def _all_steps() -> list[tuple[float, str]]:
    """Return each possible result of `ts_rank` with the positions that give it. Among nearly equal
    results, keep the one with the fewest positions, which need space."""
    steps: dict[float, tuple[float, str]] = {}
    for length in (1, 2, 3):
        for letters in product("ABCD", repeat=length):
            positions = ",".join(f"{place}{x}" for place, x in enumerate(letters, start=1))
            ranked = _ranked(letters)
            steps.setdefault(round(ranked, 2), (ranked, positions))
    return sorted(steps.values())


_LARGEST, _ = _all_steps()[-1]
RANK_SCALE = _RANKED_ALONE / _LARGEST  # converts ts_rank to an impact from 0 to 1
_STEPS = [(ranked / _LARGEST, positions) for ranked, positions in _all_steps()]
_VALUES = [value for value, _ in _STEPS]
_BETWEEN = [(low + high) / 2 for low, high in pairwise(_VALUES)]


def step(impact: float) -> int:
    """Return the number of the step nearest to `impact`."""
    return bisect_left(_BETWEEN, impact)


def value(number: int) -> float:
    """Return the impact of a step, as a search will read it."""
    return _VALUES[number]


def positions(number: int) -> str:
    """Return a step as the positions of a lexeme."""
    return _STEPS[number][1]


def impacts(fields: Mapping[str, Iterable[str]], length: int) -> dict[str, int]:
    """Return the step of each lexeme's impact. `length` is the document's, in words."""
    often: dict[str, float] = {}
    for field, lexemes in fields.items():
        weight = FIELDS[field]
        for lexeme in lexemes:
            often[lexeme] = often.get(lexeme, 0.0) + weight
    damping = _SATURATION * (1 - _LENGTH + _LENGTH * length / _USUAL_LENGTH)
    return {lexeme: step(count / (count + damping)) for lexeme, count in often.items()}


_EPOCH = date(2000, 1, 1).toordinal()
_AGES = 50 * 365
_RECENT = 0.02  # share of recency in the worth: just enough to order equals


@lru_cache(maxsize=50_000)
def recency(occurred_on: date | None) -> float:
    """Return the recency of a day, from 0 to 1; it does not change as time passes."""
    if occurred_on is None:
        return 0.0
    return min(max((occurred_on.toordinal() - _EPOCH) / _AGES, 0.0), 1.0)


def worth(impact: float, kind: str, recent: float) -> float:
    """Return the value by which the documents of one word are ordered; among equals the later comes
    first."""
    return (1 - _RECENT) * impact * KIND_WEIGHTS[kind] + _RECENT * recent


def tiers_of(worths: list[float], share: float) -> list[float]:
    """Return, for each tier that holds less than half of a word's documents, the least worth of its
    members; `worths` are those of a sample, `share` its share of everything."""
    ordered = sorted(worths, reverse=True)
    found = []
    for size in TIER_SIZES:
        place = max(round(size * share), 1)
        if place * 2 > len(ordered):
            break
        found.append(ordered[place - 1])
    return found
