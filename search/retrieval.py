"""Retrieval: from a query to ranked documents, stage by stage, until there are enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from search import candidates, completion, keys, ranker, statistics
from search.candidates import Candidate
from search.completion import Completed
from search.expansion import ExpandedQuery, Lexemes, expand
from search.filters import SearchFilters, Sort, facet_of
from search.parser import Query
from search.planner import OF_INCIDENTS, Plan, Stage
from search.ranker import ABSENT, FEW, Ranked
from search.snippets import contains_phrase
from search.tsquery import period_keys

_SPARE = 40
_READ = (0, 24, 72, 168, 240)  # texts read to check a phrase, step by step


@dataclass(frozen=True)
class SearchContext:
    """The user, and what stays the same however the query is expanded. `need` is the number of
    documents wanted."""

    user: User | AnonymousUser
    filters: SearchFilters
    sort: Sort
    need: int


@dataclass(frozen=True)
class Retrieved:
    """The query as it was finally expanded, and its documents in order.

    `is_exhaustive` says that nothing else matches; otherwise `expected` is the approximate number
    of matches.
    """

    expanded: ExpandedQuery
    ranked: list[Ranked]
    importance: dict[str, float]
    is_exhaustive: bool
    expected: float

    @cached_property
    def complete(self) -> int:
        return sum(one.is_complete for one in self.ranked)

    @property
    def matched_words(self) -> set[str]:
        """The query words that occur in the results."""
        return _matched_words(self.expanded, [one.candidate for one in self.ranked])


def retrieve(query: Query, context: SearchContext, *, as_typed: bool) -> Retrieved:
    """Retrieve documents by the strictest reading of `query` that finds anything: all the words;
    all, with unfinished ones completed; the same with misspelt words corrected; some of the words.
    """
    expanded = expand(query, {})
    plan = _plan(expanded, context.filters)
    longer = _complete_early(plan, context.user)
    # Words that nothing contains need no lookup.
    if longer and longer.absent:
        return _retrieve_otherwise(plan, context, longer, None, as_typed=as_typed)
    attempt = Attempt(plan, context)
    if not query or attempt.is_enough:
        return attempt.found
    if not longer:
        missing = attempt.missing_words
        longer = completion.complete(query.last_word, missing, context.user, plan.frequencies)
    return _retrieve_otherwise(plan, context, longer, attempt, as_typed=as_typed)


def _retrieve_otherwise(
    plan: Plan,
    context: SearchContext,
    longer: Completed,
    attempt: Attempt | None,
    *,
    as_typed: bool,
) -> Retrieved:
    """Retrieve documents by completed or corrected words, or by the `attempt` with the words as
    typed; None means that it would find nothing."""
    query, completions = plan.expanded.query, longer.completions
    if completions:
        completed = _attempt(expand(query, completions, longer.absent), context)
        if completed.count or not (attempt and attempt.count):
            attempt = completed
    if not (as_typed or (attempt and attempt.count)):
        # A word without a visible match may still match by its completions.
        held = attempt.found.matched_words if attempt else set()
        misspelt = [one for one in longer.unmatched if one not in completions or one not in held]
        if better := completion.correct(query, misspelt, context.user):
            return _attempt(expand(better, completions), context).found
    return (attempt or Attempt(plan, context)).found


def _complete_early(plan: Plan, user: User | AnonymousUser) -> Completed | None:
    """Complete words that the last count does not know, if nothing can match without them."""
    query, words = plan.expanded.query, plan.expanded.words
    rare = [word for word, one in words.items() if not plan.frequencies.of(one.lexeme)]
    if not rare or len(query.alternatives) > 1 or any(len(words[word].forms) > 1 for word in rare):
        return None
    return completion.complete(query.last_word, rare, user, plan.frequencies)


def sample(query: Query, context: SearchContext) -> list[int]:
    """Return as many documents as needed that contain all the words, probably good ones, in no
    order, for counting. Returns none if there may be fewer, or if only the texts can tell."""
    expanded = expand(query, {})
    plan = _plan(expanded, context.filters)
    if expanded.phrases or plan.expected < context.need:
        return []
    unranked = replace(expanded, words={}, pairs=())
    for stage in _stages(plan, context):
        rows = _read(stage, unranked, context)
        if len(rows) >= context.need:
            return [row.document for row in rows[: context.need]]
    return []


class Attempt:
    """The results of one expanded query.

    Documents with all the words are read at once; those with some of them only when needed.
    """

    def __init__(self, plan: Plan, context: SearchContext) -> None:
        self._expanded = plan.expanded
        self._context = context
        self._plan = plan
        self._complete, self._is_exhaustive = _complete_matches(plan, context)

    @property
    def count(self) -> int:
        """The number of documents that contain all the words, not just mention them."""
        return self.found.complete if self._complete else 0

    @property
    def is_enough(self) -> bool:
        return len(self._complete) >= FEW and self.count >= FEW

    @property
    def missing_words(self) -> list[str]:
        """The words that occur in none of the documents read at once."""
        held = _matched_words(self._expanded, self._complete)
        return [word for word in self._expanded.query.words if word not in held]

    @cached_property
    def found(self) -> Retrieved:
        """The results in order; if few contain all the words, those with some of them follow."""
        expanded, complete, frequencies = self._expanded, self._complete, self._plan.frequencies
        is_exhaustive = self._is_exhaustive
        importance = ranker.importance(expanded, frequencies, complete)
        ranked = ranker.rank(complete, expanded, importance, is_complete=True)
        if expanded.allows_partial_matches and not ranker.is_enough(ranked):
            some = self._plan.partial_matches()
            held_all = {one.document for one in complete}
            others = _read(some, expanded, self._context)
            others = [one for one in others if one.document not in held_all]
            importance = ranker.importance(expanded, frequencies, [*complete, *others])
            ranked = ranker.merge(
                ranker.rank(complete, expanded, importance, is_complete=True),
                ranker.rank(others, expanded, importance, is_complete=False),
            )
            is_exhaustive = is_exhaustive and some.is_exhaustive
        if self._context.sort != "relevance":
            ranked = ranker.by_date(ranked, newest=self._context.sort == "newest")
        expected = 0.0 if is_exhaustive else self._plan.expected
        return Retrieved(expanded, ranked, importance, is_exhaustive, expected)


def _attempt(expanded: ExpandedQuery, context: SearchContext) -> Attempt:
    return Attempt(_plan(expanded, context.filters), context)


def _complete_matches(plan: Plan, context: SearchContext) -> tuple[list[Candidate], bool]:
    """Return documents with all the words, and whether there are no others."""
    expanded = plan.expanded
    complete: list[Candidate] = []
    is_exhaustive = True
    for stage in _stages(plan, context):
        is_exhaustive = stage.is_exhaustive
        complete = _read(stage, expanded, context, expanded.phrases)
        # A stage may include documents with one of the words only.
        if not is_exhaustive and expanded.is_loose:
            number = len(expanded.words)
            complete = [one for one in complete if min(one.impacts[:number], default=1.0) > ABSENT]
        if len(complete) >= context.need:
            break
    return complete, is_exhaustive


def _plan(expanded: ExpandedQuery, filters: SearchFilters) -> Plan:
    labels = [
        keys.label(facet_of(name), value) for name, vs in filters.chosen.items() for value in vs
    ]
    frequencies = statistics.document_frequencies(
        [*expanded.keys, OF_INCIDENTS, *labels, *period_keys(filters)]
    )
    return Plan(expanded, filters, frequencies)


def _stages(plan: Plan, context: SearchContext) -> Iterator[Stage]:
    in_time = context.sort != "relevance"
    if not (in_time or plan.excludes_most):
        return plan.complete_matches(context.need)
    months = statistics.months() if plan.expected > context.need * 4 else {}
    if in_time:
        return plan.by_month(context.need, newest=context.sort == "newest", months=months)
    return plan.recent_matches(context.need, months=months)


def _matched_words(expanded: ExpandedQuery, rows: Sequence[Candidate]) -> set[str]:
    return {
        word
        for number, word in enumerate(expanded.words)
        if any(one.impacts[number] > ABSENT for one in rows)
    }


def _read(
    stage: Stage, expanded: ExpandedQuery, context: SearchContext, phrases: Sequence[Lexemes] = ()
) -> list[Candidate]:
    """Return the documents of a stage that the user may see, with phrases checked."""
    # By month, more than are shown are read, because some may be hidden from the user.
    is_first = context.sort != "relevance" and not stage.is_exhaustive
    most = context.need * 2 + _SPARE if is_first else candidates.MAX_DOCUMENTS
    rows = candidates.read(
        stage.tsquery, expanded, context.filters, context.user, context.sort, most
    )
    return _with_phrases(rows, phrases, context.need) if phrases else rows


def _with_phrases(
    rows: Sequence[Candidate], phrases: Iterable[Lexemes], need: int
) -> list[Candidate]:
    """Return rows whose text contains the phrases, the most relevant first; at least `need` of
    them, if the first 240 have as many."""
    rows = sorted(rows, key=lambda row: (-sum(row.impacts), -row.document))
    sure: list[Candidate] = []
    for start, end in pairwise(_READ):
        if start >= len(rows) or len(sure) >= need:
            break
        texts = _texts([row.document for row in rows[start:end]])
        sure += [
            row
            for row in rows[start:end]
            if all(contains_phrase(texts[row.document], phrase) for phrase in phrases)
        ]
    return sure


def _texts(documents: list[int]) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, concat_ws(E'\\n', title, reference, text) FROM search_document"
            " JOIN search_passages ON document_id = id WHERE id = ANY(%s)",
            [documents],
        )
        return dict(cursor.fetchall())
