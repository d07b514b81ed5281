"""From a query to documents in order: stage by stage, until there are enough."""

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
from search.planner import OF_INCIDENTS, Plan, Stage, period_keys
from search.ranker import ABSENT, FEW, Ranked
from search.snippets import contains_phrase

_SPARE = 40
_READ = (0, 24, 72, 168, 240)  # how far one reads in texts to make sure of a phrase, step by step


@dataclass(frozen=True)
class SearchContext:
    """Who asks, and what stays the same however the query is understood. `need` is how many
    documents are wanted."""

    user: User | AnonymousUser
    filters: SearchFilters
    sort: Sort
    need: int


@dataclass(frozen=True)
class Retrieved:
    """How a query was understood in the end, and what is found by that, in order.

    `is_whole` says that nothing else matches; where it is not, `expected` is about how many do.
    """

    expanded: ExpandedQuery
    ranked: list[Ranked]
    importance: dict[str, float]
    is_whole: bool
    expected: float

    @cached_property
    def complete(self) -> int:
        return sum(one.is_complete for one in self.ranked)

    @property
    def held(self) -> set[str]:
        """The words that something found holds."""
        return _held(self.expanded, [one.candidate for one in self.ranked])


def retrieve(query: Query, context: SearchContext, *, as_typed: bool) -> Retrieved:
    """The strictest understanding of `query` that finds anything: all the words; all, unfinished
    ones completed; the same with misspelt words corrected; some of the words."""
    expanded = expand(query, {})
    plan = _plan(expanded, context.filters)
    longer = _completed_at_once(plan, context.user)
    # What nothing holds need not be looked for.
    if longer and longer.absent:
        return _found_otherwise(plan, context, longer, None, as_typed=as_typed)
    attempt = Attempt(plan, context)
    if not query or attempt.is_enough:
        return attempt.found
    if not longer:
        missing = attempt.missing_words
        longer = completion.complete(query.last_word, missing, context.user, plan.frequencies)
    return _found_otherwise(plan, context, longer, attempt, as_typed=as_typed)


def _found_otherwise(
    plan: Plan,
    context: SearchContext,
    longer: Completed,
    attempt: Attempt | None,
    *,
    as_typed: bool,
) -> Retrieved:
    """What is found by the words completed or corrected, or by the `attempt` to find them as they
    are typed; None stands for one that would find nothing."""
    query, endings = plan.expanded.query, longer.endings
    if endings:
        completed = _attempt(expand(query, endings, longer.absent), context)
        if completed.number or not (attempt and attempt.number):
            attempt = completed
    if not (as_typed or (attempt and attempt.number)):
        # What nothing visible holds may still be held by what it was completed to.
        held = attempt.found.held if attempt else set()
        misspelt = [one for one in longer.unmatched if one not in endings or one not in held]
        if better := completion.correct(query, misspelt, context.user):
            return _attempt(expand(better, endings), context).found
    return (attempt or Attempt(plan, context)).found


def _completed_at_once(plan: Plan, user: User | AnonymousUser) -> Completed | None:
    """What the words may become of which the last count knows nothing, where nothing can be found
    unless each of them is held itself."""
    query, words = plan.expanded.query, plan.expanded.words
    rare = [word for word, one in words.items() if not plan.frequencies.of(one.lexeme)]
    if not rare or len(query.alternatives) > 1 or any(len(words[word].forms) > 1 for word in rare):
        return None
    return completion.complete(query.last_word, rare, user, plan.frequencies)


def sample(query: Query, context: SearchContext) -> list[int]:
    """As many documents as are needed that hold all the words, from where the best are, in no
    order: for counting. None where there may be fewer, or where only their texts can tell."""
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
    """What is found by a query as it is `expanded`.

    What holds all the words is read at once; what holds some of them only when it is needed.
    """

    def __init__(self, plan: Plan, context: SearchContext) -> None:
        self._expanded = plan.expanded
        self._context = context
        self._plan = plan
        self._complete, self._is_whole = _complete(plan, context)

    @property
    def number(self) -> int:
        """How many documents hold all the words, and not in passing."""
        return self.found.complete if self._complete else 0

    @property
    def is_enough(self) -> bool:
        return len(self._complete) >= FEW and self.number >= FEW

    @property
    def missing_words(self) -> list[str]:
        """The words that nothing holds of what was read at once."""
        held = _held(self._expanded, self._complete)
        return [word for word in self._expanded.query.words if word not in held]

    @cached_property
    def found(self) -> Retrieved:
        """In order; where little holds all the words, what holds some of them comes after it."""
        expanded, complete, frequencies = self._expanded, self._complete, self._plan.frequencies
        is_whole = self._is_whole
        importance = ranker.importance(expanded, frequencies, complete)
        ranked = ranker.rank(complete, expanded, importance, is_complete=True)
        if expanded.allows_partial_matches and not ranker.is_enough(ranked):
            some = self._plan.some()
            held_all = {one.document for one in complete}
            others = _read(some, expanded, self._context)
            others = [one for one in others if one.document not in held_all]
            importance = ranker.importance(expanded, frequencies, [*complete, *others])
            ranked = ranker.merge(
                ranker.rank(complete, expanded, importance, is_complete=True),
                ranker.rank(others, expanded, importance, is_complete=False),
            )
            is_whole = is_whole and some.is_whole
        if self._context.sort != "relevance":
            ranked = ranker.by_date(ranked, newest=self._context.sort == "newest")
        expected = 0.0 if is_whole else self._plan.expected
        return Retrieved(expanded, ranked, importance, is_whole, expected)


def _attempt(expanded: ExpandedQuery, context: SearchContext) -> Attempt:
    return Attempt(_plan(expanded, context.filters), context)


def _complete(plan: Plan, context: SearchContext) -> tuple[list[Candidate], bool]:
    """What holds all the words, and whether nothing else does."""
    expanded = plan.expanded
    complete: list[Candidate] = []
    is_whole = True
    for stage in _stages(plan, context):
        is_whole = stage.is_whole
        complete = _read(stage, expanded, context, expanded.phrases)
        # Part of a stage may hold one word only, in case it makes up for the other.
        if not is_whole and expanded.is_loose:
            number = len(expanded.words)
            complete = [one for one in complete if min(one.impacts[:number], default=1.0) > ABSENT]
        if len(complete) >= context.need:
            break
    return complete, is_whole


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
    if not (in_time or plan.leaves_out_most):
        return plan.complete(context.need)
    months = statistics.months() if plan.expected > context.need * 4 else {}
    if in_time:
        return plan.months(context.need, newest=context.sort == "newest", months=months)
    return plan.recent(context.need, months=months)


def _held(expanded: ExpandedQuery, rows: Sequence[Candidate]) -> set[str]:
    return {
        word
        for number, word in enumerate(expanded.words)
        if any(one.impacts[number] > ABSENT for one in rows)
    }


def _read(
    stage: Stage, expanded: ExpandedQuery, context: SearchContext, phrases: Sequence[Lexemes] = ()
) -> list[Candidate]:
    """What the person may see of a stage; phrases made sure of."""
    # Of one month after the other, more than are shown are read in case some may not be seen.
    is_first = context.sort != "relevance" and not stage.is_whole
    most = context.need * 2 + _SPARE if is_first else candidates.MOST
    rows = candidates.read(
        stage.tsquery, expanded, context.filters, context.user, context.sort, most
    )
    return _with_phrases(rows, phrases, context.need) if phrases else rows


def _with_phrases(
    rows: Sequence[Candidate], phrases: Iterable[Lexemes], need: int
) -> list[Candidate]:
    """The rows whose text holds the phrases, those that are most about them first; at least
    `need` of them, if among the first 240 there are as many."""
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
