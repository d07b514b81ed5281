"""From a query to documents in order: stage by stage, until there are enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from search import candidates, completion, keys, ranking, statistics
from search.candidates import Candidate
from search.filters import Filters, Sort
from search.planning import OF_INCIDENTS, Plan, Stage, period_of
from search.ranking import ABSENT, FEW, Ranked
from search.snippets import holds
from search.sought import Lexemes, Understood, understand
from search.statistics import Known
from search.syntax import Query

_SPARE = 40
_READ_AT_ONCE = 24  # texts in which a phrase is made sure of
_MOST_READ = 240


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
    known: Known

    @property
    def complete(self) -> int:
        return sum(one.is_complete for one in self.ranked)

    @property
    def held(self) -> set[str]:
        """The words that something found holds."""
        return {
            word
            for number, word in enumerate(self.understood.sought)
            if any(one.candidate.impacts[number] > ABSENT for one in self.ranked)
        }


def find(query: Query, asker: Asker, *, as_typed: bool) -> Found:
    """The strictest understanding of `query` that finds anything: all the words; all, unfinished
    ones completed; the same with misspelt words corrected; some of the words."""
    found = _attempt(understand(query, {}), asker)
    if not query or found.complete >= FEW:
        return found
    unheld = _unheld(found, asker)
    endings = completion.endings([query.last_word, *unheld])
    if endings:
        completed = _attempt(understand(query, endings), asker)
        found = completed if completed.complete or not found.complete else found
    if found.complete or as_typed:
        return found
    misspelt = [word for word in unheld if word not in found.held]
    better = completion.corrected(query, misspelt, asker.user)
    return _attempt(understand(better, endings), asker) if better else found


def sampled(query: Query, asker: Asker) -> list[int]:
    """As many documents as are needed that hold all the words, from where the best are, in no
    order: for counting. None where there may be fewer, or where only their texts can tell."""
    understood = understand(query, {})
    plan = _plan(understood, asker.filters)
    if understood.phrases or plan.expected < asker.need:
        return []
    unranked = replace(understood, sought={}, pairs=())
    for stage in plan.complete(asker.need):
        rows = _read(stage, unranked, asker)
        if len(rows) >= asker.need:
            return [row.document for row in rows[: asker.need]]
    return []


def _unheld(found: Found, asker: Asker) -> list[str]:
    """The words of the query that nothing visible holds."""
    missing = [word for word in found.understood.query.words if word not in found.held]
    known = completion.held(missing, asker.user, found.known)
    return [word for word in missing if word not in known]


def _attempt(understood: Understood, asker: Asker) -> Found:
    """What holds all the words; where that is little, what holds some of them comes after it."""
    plan = _plan(understood, asker.filters)
    known = plan.known
    complete: list[Candidate] = []
    is_whole = True
    for stage in _stages(plan, asker):
        is_whole = stage.is_whole
        complete = _read(stage, understood, asker, understood.phrases)
        # Part of a stage may hold one word only, in case it makes up for the other.
        if not is_whole and understood.is_loose:
            complete = [one for one in complete if _holds_all(one, understood)]
        if len(complete) >= asker.need:
            break
    importance = ranking.importance(understood, known, complete)
    ranked = ranking.rank(complete, understood, importance, is_complete=True)
    if understood.may_miss_words and not ranking.is_enough(ranked):
        some = plan.some()
        held_all = {one.document for one in complete}
        others = _read(some, understood, asker)
        others = [one for one in others if one.document not in held_all]
        importance = ranking.importance(understood, known, [*complete, *others])
        ranked = ranking.merged(
            ranking.rank(complete, understood, importance, is_complete=True),
            ranking.rank(others, understood, importance, is_complete=False),
        )
        is_whole = is_whole and some.is_whole
    if asker.sort != "relevance":
        ranked = ranking.in_time(ranked, newest=asker.sort == "newest")
    expected = 0.0 if is_whole else plan.expected
    return Found(understood, ranked, importance, is_whole, expected, known)


def _plan(understood: Understood, filters: Filters) -> Plan:
    labels = [keys.label(name, value) for name, vs in filters.chosen.items() for value in vs]
    known = statistics.known([*understood.keys, OF_INCIDENTS, *labels, *period_of(filters)])
    return Plan(understood, filters, known)


def _stages(plan: Plan, asker: Asker) -> Iterator[Stage]:
    if asker.sort == "relevance":
        return plan.complete(asker.need)
    months = statistics.months() if plan.expected > asker.need * 4 else {}
    return plan.months(asker.need, newest=asker.sort == "newest", months=months)


def _holds_all(candidate: Candidate, understood: Understood) -> bool:
    return all(of_it > ABSENT for of_it in candidate.impacts[: len(understood.sought)])


def _read(
    stage: Stage, understood: Understood, asker: Asker, phrases: Sequence[Lexemes] = ()
) -> list[Candidate]:
    """What the person may see of a stage; phrases made sure of."""
    # Of one month after the other, more than are shown are read in case some may not be seen.
    is_first = asker.sort != "relevance" and not stage.is_whole
    most = asker.need * 2 + _SPARE if is_first else candidates.MOST
    rows = candidates.read(stage.tsquery, understood, asker.filters, asker.sort, most)
    guarded = [row.within for row in rows if row.is_guarded and row.within]
    allowed = candidates.visible(guarded, asker.user)
    rows = [row for row in rows if not row.is_guarded or row.within in allowed]
    return _with_phrases(rows, phrases, asker.need) if phrases else rows


def _with_phrases(
    rows: Sequence[Candidate], phrases: Iterable[Lexemes], need: int
) -> list[Candidate]:
    """The rows whose text holds the phrases, those that are most about them first; at least
    `need` of them, if among the first 240 there are as many."""
    rows = sorted(rows, key=lambda row: (-sum(row.impacts), -row.document))
    sure: list[Candidate] = []
    for start in range(0, min(len(rows), _MOST_READ), _READ_AT_ONCE):
        part = rows[start : start + _READ_AT_ONCE]
        texts = _texts([row.document for row in part])
        sure += [
            row for row in part if all(holds(texts[row.document], phrase) for phrase in phrases)
        ]
        if len(sure) >= need:
            break
    return sure


def _texts(documents: list[int]) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, concat_ws(E'\\n', title, reference, text) FROM search_document"
            " JOIN search_passages ON document_id = id WHERE id = ANY(%s)",
            [documents],
        )
        return dict(cursor.fetchall())
