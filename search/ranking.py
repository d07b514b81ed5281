"""Putting candidates in order: BM25, with what holds all the words before what holds some."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import mul
from typing import NamedTuple

from search import impact
from search.candidates import Candidate
from search.sought import Understood
from search.statistics import Known

_EXACT = 100.0
_COMPLETE = 20.0
_SCORE = 10.0  # of a document that is wholly about every word
FEW = 5  # matches of all the words, below which those of some words are shown as well
_ABOUT_IT = 0.45  # what is as much about all the words is what was looked for
_MENTIONED = 0.25  # impacts below this are of words that a long text says among many others
_IN_PASSING = 0.8  # of how much the best of the others is about some of the words
_NEIGHBOURS = 0.8  # of a word's importance: that a title or summary holds two side by side
ABSENT = 0.01  # impacts below this are none


class Ranked(NamedTuple):
    """`about` is from 0 to 1: how much the document is about what was asked for; `least` is how
    much it is about that word of which it says least."""

    candidate: Candidate
    about: float
    least: float
    score: float
    is_complete: bool


def importance(
    understood: Understood, known: Known, candidates: Sequence[Candidate]
) -> dict[str, float]:
    """How much each word tells: the rarer among what everybody may see, the more.

    What the last count does not know is counted in `candidates`, which the person may see.
    """
    held = dict.fromkeys(understood.sought, 0)
    for candidate in candidates:
        for word, of_it in zip(held, candidate.impacts, strict=False):
            held[word] += of_it > ABSENT
    number = max(known.all, len(candidates))
    found = {}
    for word, one in understood.sought.items():
        documents = known.of(one.lexeme)
        if documents < len(candidates):
            documents = max(documents, held[word])
        documents = min(documents, number)
        found[word] = math.log(1 + (number - documents + 0.5) / (documents + 0.5))
    return found


def rank(
    candidates: Iterable[Candidate],
    understood: Understood,
    importance: dict[str, float],
    *,
    is_complete: bool,
) -> list[Ranked]:
    """Best first; of equals the later, then the one that was indexed last.

    `is_complete` says that the candidates hold all that was asked for.
    """
    weights = [importance[word] for word in understood.sought]
    whole = sum(weights) or 1.0
    number = len(weights)
    for first, second, _ in understood.pairs:
        weights.append(_NEIGHBOURS * (importance[first] + importance[second]) / 2)
    ranked = []
    for candidate in candidates:
        impacts = candidate.impacts
        about = sum(map(mul, weights, impacts)) / whole
        recent = impact.recency(candidate.occurred_on)
        score = _SCORE * impact.worth(about, candidate.kind, recent)
        score += _COMPLETE * is_complete + _EXACT * candidate.is_exact
        least = min(impacts[:number], default=1.0)
        ranked.append(Ranked(candidate, about, least, score, is_complete))
    ranked.sort(key=order)
    return ranked


def is_enough(complete: Sequence[Ranked]) -> bool:
    """Whether there is no need for what holds only some of the words."""
    fully = sum(one.least >= _MENTIONED for one in complete)
    return fully >= FEW and complete[0].about >= _ABOUT_IT


def merged(complete: Sequence[Ranked], others: Sequence[Ranked]) -> list[Ranked]:
    """What holds all the words before what holds some of them; but what holds them in passing, as
    a transcript without end does, takes its place among the others.

    In passing means: little beside the best of the others, or one of the words next to never.
    """
    most = max((one.about for one in others), default=0.0)
    placed = [
        one._replace(score=one.score - _COMPLETE, is_complete=False)
        if (one.about < most * _IN_PASSING or one.least < _MENTIONED) and not one.candidate.is_exact
        else one
        for one in complete
    ]
    return sorted([*placed, *others], key=order)


def order(one: Ranked) -> tuple[float, int, int]:
    return -one.score, -_day(one.candidate), -one.candidate.document


def in_time(ranked: list[Ranked], *, newest: bool) -> list[Ranked]:
    """By the day it occurred; what is undated comes last, and of a day the best first."""
    sign = -1 if newest else 1
    return sorted(
        ranked,
        key=lambda one: (one.candidate.occurred_on is None, sign * _day(one.candidate)),
    )


def _day(candidate: Candidate) -> int:
    return candidate.occurred_on.toordinal() if candidate.occurred_on else 0
