"""Finding things: what a person may see, best first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from search import candidates
from search.facts import Facts
from search.filters import Filters, Sort
from search.finding import Asker, Found, find
from search.ranking import Ranked
from search.snippets import MOST_READ, Marker, Piece
from search.syntax import parse

MOST_COUNTED = 1_000  # beyond this many matches nobody asks how many there are
_MOST_SAMPLED = 500  # documents whose labels are counted

_SHOWN = """
SELECT document.id, coalesce(incident_id, action_item_id, pattern_id, playbook_id), reference,
    title, left(text, %s), facts::text
FROM search_document document JOIN search_passages ON document_id = document.id
WHERE document.id = ANY(%s)
"""


@dataclass(frozen=True)
class Hit:
    """Something found. `pk` is the thing's, of its kind; `reference` its reference or slug, for an
    action item that of its incident. Title and snippet are in pieces, some of them marked.

    `is_complete` says that it is about all the words that were asked for.
    """

    kind: str
    pk: int
    reference: str
    text: str
    score: float
    is_complete: bool
    title: list[Piece]
    snippet: list[Piece]
    facts: Facts


@dataclass(frozen=True)
class Results:
    """One page of what was found.

    `total` says how many there are, at most 1,000, and `complete` how many of them hold all the
    words; both are estimates where there are many. `counts` are by kind, and only where
    everything was looked at. `corrected` is the query that was run where the one that was typed
    finds nothing and seems misspelt.
    """

    hits: list[Hit] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    total: int = 0
    complete: int = 0
    corrected: str = ""


def search(
    text: str,
    *,
    user: User | AnonymousUser,
    filters: Filters | None = None,
    sort: Sort = "relevance",
    limit: int = 20,
    offset: int = 0,
    as_typed: bool = False,
) -> Results:
    """What `user` may see of what `text` asks for, best first, `limit` of it from `offset` on.

    Without any text it is everything that `filters` leave, newest first. `as_typed` keeps
    misspelt words. Takes bounded time whatever the text.
    """
    query = parse(text)
    filters = filters or Filters()
    if not user.is_active or not (query or filters):
        return Results()
    sort = sort if query or sort != "relevance" else "newest"
    asker = Asker(user, filters, sort, offset + limit)
    found = find(query, asker, as_typed=as_typed)
    page = _visible(found.ranked[offset : offset + limit], user)
    total = min(max(len(found.ranked), round(found.expected)), MOST_COUNTED)
    some = found.complete < len(found.ranked)
    understood = found.understood.query.text
    return Results(
        hits=_hits(page, found),
        counts=dict(Counter(one.candidate.kind for one in found.ranked)) if found.is_whole else {},
        total=total,
        complete=found.complete if some else total,
        corrected=understood if understood != query.text else "",
    )


def matching(
    text: str, *, user: User | AnonymousUser, filters: Filters, as_typed: bool = False
) -> list[int]:
    """The documents that `search` would find, at most 500 of the best; without text and filters
    the newest of all."""
    query = parse(text)
    if not user.is_active or (text.strip() and not (query or filters)):
        return []
    asker = Asker(user, filters, "relevance" if query else "newest", _MOST_SAMPLED)
    found = find(query, asker, as_typed=as_typed)
    return [one.candidate.document for one in found.ranked[:_MOST_SAMPLED]]


def _visible(ranked: Sequence[Ranked], user: User | AnonymousUser) -> list[Ranked]:
    """Once more what is about to be shown, whatever the index remembers of who may see it."""
    within = [one.candidate.within for one in ranked if one.candidate.within is not None]
    allowed = candidates.visible(within, user)
    return [
        one for one in ranked if one.candidate.within is None or one.candidate.within in allowed
    ]


def _hits(page: Sequence[Ranked], found: Found) -> list[Hit]:
    if not page:
        return []
    marker = Marker(_worth(found))
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, [MOST_READ, [one.candidate.document for one in page]])
        shown = {row[0]: row[1:] for row in cursor.fetchall()}
    hits = []
    for one in page:
        pk, reference, title, text, facts = shown[one.candidate.document]
        hits.append(
            Hit(
                kind=one.candidate.kind,
                pk=pk,
                reference=reference,
                text=title,
                score=round(one.score, 4),
                is_complete=one.is_complete,
                title=marker.pieces(title),
                snippet=marker.pieces(marker.best(text)),
                facts=json.loads(facts),
            )
        )
    return hits


def _worth(found: Found) -> dict[str, float]:
    """For every lexeme that may have been met how much it tells."""
    worth: dict[str, float] = {}
    for word, one in found.understood.sought.items():
        for form, _ in one.forms:
            for lexeme in form:
                worth[lexeme] = max(found.importance[word], worth.get(lexeme, 0.0))
    return worth
