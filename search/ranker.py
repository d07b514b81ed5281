"""Putting candidates in order: BM25, and of what is nearly equal what holds all the words first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import mul
from typing import NamedTuple

from search import impact
from search.candidates import Candidate
from search.expansion import ExpandedQuery
from search.statistics import DocumentFrequencies

_EXACT = 100.0
_COMPLETE = 0.5
_SCORE = 10.0  # of a document that is wholly about every word
FEW = 5  # matches of all the words, below which those of some words are shown as well
_ABOUT_IT = 0.45  # what is as much about all the words is what was looked for
_MENTIONED = 0.25  # impacts below this are of words that a long text says among many others
_IN_PASSING = 0.8  # of how much the best of the others is about some of the words
_NEIGHBOURS = 0.6  # of a word's importance: that a title or summary holds two side by side
ABSENT = 0.01  # impacts below this are none
_FILLING = 0.4  # of its importance, what a word keeps that says nothing of what happened
# What people put around that which they look for; that it was by mistake is true of most of what
# goes wrong. Reports seldom say it so, and rarity alone would take it for the most telling.
_FILLERS = frozenset(
    {
        *("accident", "accidental", "accidentally", "inadvertently", "mistake", "mistakenly"),
        *("unintentionally", "somebody", "someone", "something", "somehow", "anybody", "anyone"),
        *("anything", "ever", "again", "already", "also", "always", "even", "just", "only"),
        *("really", "still", "very", "after", "against", "because", "before", "between", "due"),
        *("during", "since", "through", "until", "while", "without", "all", "any", "each", "every"),
        *("many", "more", "most", "much", "other", "some", "such", "same", "too", "about", "find"),
        *("found", "get", "gets", "getting", "got", "go", "goes", "going", "gone", "went", "keep"),
        *("keeps", "kept", "make", "makes", "made", "need", "needed", "needs", "please", "said"),
        *("say", "says", "seem", "seems", "suddenly", "take", "takes", "taken", "took", "thing"),
        *("things", "tried", "try", "trying", "want", "wants", "way", "weird"),
    }
)


class Ranked(NamedTuple):
    """`relevance` is from 0 to 1: how much the document is about what was asked for; `weakest` is
    how much it is about that word of which it says least."""

    candidate: Candidate
    relevance: float
    weakest: float
    score: float
    is_complete: bool


def importance(
    expanded: ExpandedQuery, frequencies: DocumentFrequencies, candidates: Sequence[Candidate]
) -> dict[str, float]:
    """How much each word tells: the rarer among what everybody may see, the more; one that only
    fills a sentence, less.

    What the last count does not know is counted in `candidates`, which the person may see.
    """
    number = max(frequencies.all, len(candidates))
    found = {}
    for place, (word, one) in enumerate(expanded.words.items()):
        documents = frequencies.of(one.lexeme)
        if documents < len(candidates):
            held = sum(candidate.impacts[place] > ABSENT for candidate in candidates)
            documents = max(documents, held)
        documents = min(documents, number)
        found[word] = math.log(1 + (number - documents + 0.5) / (documents + 0.5))
        if word in _FILLERS:
            found[word] *= _FILLING
    return found


def rank(
    candidates: Iterable[Candidate],
    expanded: ExpandedQuery,
    importance: dict[str, float],
    *,
    is_complete: bool,
) -> list[Ranked]:
    """Best first; of equals the later, then the one that was indexed last.

    `is_complete` says that the candidates hold all that was asked for.
    """
    weights = [importance[word] for word in expanded.words]
    whole = sum(weights) or 1.0
    number = len(weights)
    for first, second, _ in expanded.pairs:
        weights.append(_NEIGHBOURS * (importance[first] + importance[second]) / 2)
    extra = _COMPLETE * is_complete
    one_word = len(weights) == 1
    placed = []
    for candidate in candidates:
        document, kind, _, occurred_on, is_exact, impacts = candidate
        about = impacts[0] if one_word else sum(map(mul, weights, impacts)) / whole
        score = _SCORE * impact.worth(about, kind, impact.recency(occurred_on)) + extra
        if is_exact:
            score += _EXACT
        least = about if one_word else min(impacts[:number], default=1.0)
        one = Ranked(candidate, about, least, score, is_complete)
        placed.append((-score, -_day(candidate), -document, one))
    placed.sort()  # as `order` does, for which it would ask each of them again
    return [one for *_, one in placed]


def is_enough(complete: Sequence[Ranked]) -> bool:
    """Whether there is no need for what holds only some of the words."""
    fully = sum(one.weakest >= _MENTIONED for one in complete)
    return fully >= FEW and complete[0].relevance >= _ABOUT_IT


def merge(complete: Sequence[Ranked], others: Sequence[Ranked]) -> list[Ranked]:
    """What holds all the words a little ahead of what holds some of them; but what holds them in
    passing, as a transcript without end does, counts among the others.

    In passing means: little beside the best of the others, or one of the words next to never.
    """
    most = max((one.relevance for one in others), default=0.0)
    placed = [
        one._replace(score=one.score - _COMPLETE, is_complete=False)
        if (one.relevance < most * _IN_PASSING or one.weakest < _MENTIONED)
        and not one.candidate.is_exact
        else one
        for one in complete
    ]
    return sorted([*placed, *others], key=sort_key)


def sort_key(one: Ranked) -> tuple[float, int, int]:
    return -one.score, -_day(one.candidate), -one.candidate.document


def by_date(ranked: list[Ranked], *, newest: bool) -> list[Ranked]:
    """By the day it occurred; what is undated comes last, and of a day the best first."""
    sign = -1 if newest else 1
    return sorted(
        ranked,
        key=lambda one: (one.candidate.occurred_on is None, sign * _day(one.candidate)),
    )


def _day(candidate: Candidate) -> int:
    return candidate.occurred_on.toordinal() if candidate.occurred_on else 0
