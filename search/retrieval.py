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
from search.expansion import Lexemes, Understood, understand
from search.filters import Filters, Sort, facet_of
from search.parser import Query
from search.planner import OF_INCIDENTS, Plan, Stage, period_of
from search.ranker import ABSENT, FEW, Ranked
from search.snippets import holds

_SPARE = 40
_READ = (0, 24, 72, 168, 240)  # how far one reads in texts to make sure of a phrase, step by step


@dataclass(frozen=True)
class Asker:
    """Who asks, and what stays the same however the query is understood. `need` is how many
    documents are wanted."""

    user: User | AnonymousUser
    filters: Filters
    sort: Sort
    need: int


@dataclass(frozen=True)
class Found:
    """How a query was understood in the end, and what is found by that, in order.

    `is_whole` says that nothing else matches; where it is not, `expected` is about how many do.
    """

    understood: Understood
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
        return _held(self.understood, [one.candidate for one in self.ranked])


def find(query: Query, asker: Asker, *, as_typed: bool) -> Found:
    """The strictest understanding of `query` that finds anything: all the words; all, unfinished
    ones completed; the same with misspelt words corrected; some of the words."""
    understood = understand(query, {})
    plan = _plan(understood, asker.filters)
    longer = _completed_at_once(plan, asker.user)
    # What nothing holds need not be looked for.
    if longer and longer.absent:
        return _found_otherwise(plan, asker, longer, None, as_typed=as_typed)
    attempt = Attempt(plan, asker)
    if not query or attempt.is_enough:
        return attempt.found
    if not longer:
        missing = attempt.missing_words
        longer = completion.completed(query.last_word, missing, asker.user, plan.known)
    return _found_otherwise(plan, asker, longer, attempt, as_typed=as_typed)


def _found_otherwise(
    plan: Plan, asker: Asker, longer: Completed, attempt: Attempt | None, *, as_typed: bool
) -> Found:
    """What is found by the words completed or corrected, or by the `attempt` to find them as they
    are typed; None stands for one that would find nothing."""
    query, endings = plan.understood.query, longer.endings
    if endings:
        completed = _attempt(understand(query, endings, longer.absent), asker)
        if completed.number or not (attempt and attempt.number):
            attempt = completed
    if not (as_typed or (attempt and attempt.number)):
        # What nothing visible holds may still be held by what it was completed to.
        held = attempt.found.held if attempt else set()
        misspelt = [one for one in longer.unheld if one not in endings or one not in held]
        if better := completion.corrected(query, misspelt, asker.user):
            return _attempt(understand(better, endings), asker).found
    return (attempt or Attempt(plan, asker)).found


def _completed_at_once(plan: Plan, user: User | AnonymousUser) -> Completed | None:
    """What the words may become of which the last count knows nothing, where nothing can be found
    unless each of them is held itself."""
    query, sought = plan.understood.query, plan.understood.sought
    rare = [word for word, one in sought.items() if not plan.known.of(one.lexeme)]
    if not rare or len(query.alternatives) > 1 or any(len(sought[word].forms) > 1 for word in rare):
        return None
    return completion.completed(query.last_word, rare, user, plan.known)


def sampled(query: Query, asker: Asker) -> list[int]:
    """As many documents as are needed that hold all the words, from where the best are, in no
    order: for counting. None where there may be fewer, or where only their texts can tell."""
    understood = understand(query, {})
    plan = _plan(understood, asker.filters)
    if understood.phrases or plan.expected < asker.need:
        return []
    unranked = replace(understood, sought={}, pairs=())
    for stage in _stages(plan, asker):
        rows = _read(stage, unranked, asker)
        if len(rows) >= asker.need:
            return [row.document for row in rows[: asker.need]]
    return []


class Attempt:
    """What is found by a query as it is `understood`.

    What holds all the words is read at once; what holds some of them only when it is needed.
    """

    def __init__(self, plan: Plan, asker: Asker) -> None:
        self._understood = plan.understood
        self._asker = asker
        self._plan = plan
        self._complete, self._is_whole = _complete(plan, asker)

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
        held = _held(self._understood, self._complete)
        return [word for word in self._understood.query.words if word not in held]

    @cached_property
    def found(self) -> Found:
        """In order; where little holds all the words, what holds some of them comes after it."""
        understood, complete, known = self._understood, self._complete, self._plan.known
        is_whole = self._is_whole
        importance = ranker.importance(understood, known, complete)
        ranked = ranker.rank(complete, understood, importance, is_complete=True)
        if understood.may_miss_words and not ranker.is_enough(ranked):
            some = self._plan.some()
            held_all = {one.document for one in complete}
            others = _read(some, understood, self._asker)
            others = [one for one in others if one.document not in held_all]
            importance = ranker.importance(understood, known, [*complete, *others])
            ranked = ranker.merged(
                ranker.rank(complete, understood, importance, is_complete=True),
                ranker.rank(others, understood, importance, is_complete=False),
            )
            is_whole = is_whole and some.is_whole
        if self._asker.sort != "relevance":
            ranked = ranker.in_time(ranked, newest=self._asker.sort == "newest")
        expected = 0.0 if is_whole else self._plan.expected
        return Found(understood, ranked, importance, is_whole, expected)


def _attempt(understood: Understood, asker: Asker) -> Attempt:
    return Attempt(_plan(understood, asker.filters), asker)


def _complete(plan: Plan, asker: Asker) -> tuple[list[Candidate], bool]:
    """What holds all the words, and whether nothing else does."""
    understood = plan.understood
    complete: list[Candidate] = []
    is_whole = True
    for stage in _stages(plan, asker):
        is_whole = stage.is_whole
        complete = _read(stage, understood, asker, understood.phrases)
        # Part of a stage may hold one word only, in case it makes up for the other.
        if not is_whole and understood.is_loose:
            number = len(understood.sought)
            complete = [one for one in complete if min(one.impacts[:number], default=1.0) > ABSENT]
        if len(complete) >= asker.need:
            break
    return complete, is_whole


def _plan(understood: Understood, filters: Filters) -> Plan:
    labels = [
        keys.label(facet_of(name), value) for name, vs in filters.chosen.items() for value in vs
    ]
    known = statistics.known([*understood.keys, OF_INCIDENTS, *labels, *period_of(filters)])
    return Plan(understood, filters, known)


def _stages(plan: Plan, asker: Asker) -> Iterator[Stage]:
    in_time = asker.sort != "relevance"
    if not (in_time or plan.leaves_out_most):
        return plan.complete(asker.need)
    months = statistics.months() if plan.expected > asker.need * 4 else {}
    if in_time:
        return plan.months(asker.need, newest=asker.sort == "newest", months=months)
    return plan.recent(asker.need, months=months)


def _held(understood: Understood, rows: Sequence[Candidate]) -> set[str]:
    return {
        word
        for number, word in enumerate(understood.sought)
        if any(one.impacts[number] > ABSENT for one in rows)
    }


def _read(
    stage: Stage, understood: Understood, asker: Asker, phrases: Sequence[Lexemes] = ()
) -> list[Candidate]:
    """What the person may see of a stage; phrases made sure of."""
    # Of one month after the other, more than are shown are read in case some may not be seen.
    is_first = asker.sort != "relevance" and not stage.is_whole
    most = asker.need * 2 + _SPARE if is_first else candidates.MOST
    rows = candidates.read(stage.tsquery, understood, asker.filters, asker.user, asker.sort, most)
    return _with_phrases(rows, phrases, asker.need) if phrases else rows


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
            if all(holds(texts[row.document], phrase) for phrase in phrases)
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
