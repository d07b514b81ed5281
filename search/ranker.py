"""Ranking of candidates: by BM25, and among near equals those with all the words first."""

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
_SCORE = 10.0  # of a document that is entirely about every word
FEW = 5  # with fewer matches of all the words, matches of some words are shown as well
_ABOUT_IT = 0.45  # relevance from which a document answers the query
_MENTIONED = 0.25  # smaller impacts mean that a long text only mentions the word
_IN_PASSING = 0.8  # of the best relevance among documents with only some of the words
_NEIGHBOURS = 0.6  # of a word's importance, for two adjacent words in a title or summary
ABSENT = 0.01  # smaller impacts count as none
_FILLING = 0.4  # of its importance, for a filler word
# Words that people put around the subject of a search, such as “by mistake”, which is true of most
# failures. Reports seldom contain them, so rarity alone would take them for the most telling.
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
    """A ranked candidate. `relevance` says from 0 to 1 how much it is about the query; `weakest`
    how much it is about the query word it is least about."""

    candidate: Candidate
    relevance: float
    weakest: float
    score: float
    is_complete: bool


def importance(
    expanded: ExpandedQuery, frequencies: DocumentFrequencies, candidates: Sequence[Candidate]
) -> dict[str, float]:
    """Return the importance of each word: its inverse document frequency among what everybody may
    see; less for filler words.

    Words unknown to the last count are counted in `candidates`, which the user may see.
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
    """Rank candidates, best first; among equals the later, then the one indexed last.

    `is_complete` says that the candidates contain all the words.
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
    placed.sort()  # the order of `sort_key`, without computing it again
    return [one for *_, one in placed]


def is_enough(complete: Sequence[Ranked]) -> bool:
    """Return True if no documents with only some of the words are needed."""
    fully = sum(one.weakest >= _MENTIONED for one in complete)
    return fully >= FEW and complete[0].relevance >= _ABOUT_IT


def merge(complete: Sequence[Ranked], others: Sequence[Ranked]) -> list[Ranked]:
    """Rank documents with all the words slightly ahead of those with some; but documents that only
    mention them, such as endless transcripts, rank among the others.

    Only mentioning means: little relevance beside the best of the others, or next to none for one
    of the words.
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
    """Sort by the day of occurrence; undated ones come last, and the best of a day first."""
    sign = -1 if newest else 1
    return sorted(
        ranked,
        key=lambda one: (one.candidate.occurred_on is None, sign * _day(one.candidate)),
    )


def _day(candidate: Candidate) -> int:
    return candidate.occurred_on.toordinal() if candidate.occurred_on else 0
