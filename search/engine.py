"""The search engine: what a user may see, best first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from core.prepared import as_array
from search import candidates
from search.candidates import Candidate
from search.facts import Facts
from search.filters import SearchFilters, Sort
from search.parser import Query, parse
from search.ranker import Ranked
from search.retrieval import Retrieved, SearchContext, retrieve, sample
from search.snippets import MAX_READ, READ_FIRST, Highlighter, Piece

MAX_COUNTED = 1_000  # beyond this many matches the number is not needed
MAX_SAMPLED = 500  # documents whose labels are counted

# Visibility is checked again here, whatever the index says. Only long texts are cut: counting the
# characters of twenty texts takes longer than sending them.
_SHOWN = """
SELECT document.id, coalesce(incident_id, action_item_id, pattern_id, playbook_id), reference,
    title, CASE WHEN octet_length(text) <= {all} THEN text ELSE left(text, {first}) END, facts::text
FROM search_document document JOIN search_passages ON document_id = document.id
WHERE document.id = ANY(%s) AND (within_id IS NULL OR within_id IN ({visible}))
"""
_DEEPER = "SELECT document_id, left(text, %s) FROM search_passages WHERE document_id = ANY(%s)"


class Hit(NamedTuple):
    """A search result. `pk` is the key of the thing itself; `reference` its reference or slug, for
    an action item that of its incident. Title and snippet are in pieces, some of them marked.

    `is_complete` says that it matches all the words of the query.
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
    """One page of results.

    `total` is the number of results, at most 1,000, and `complete` the number of those that contain
    all the words; both are estimates for large numbers. `counts` are by kind, and empty unless
    every match was read. `corrected` is the query that was run in place of one that found nothing
    and seems misspelt. `as_words` says that the query was run as plain words, because nothing
    matches its phrases, exclusions or alternatives.
    """

    hits: list[Hit] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    total: int = 0
    complete: int = 0
    corrected: str = ""
    as_words: bool = False


def search(
    text: str,
    *,
    user: User | AnonymousUser,
    filters: SearchFilters | None = None,
    sort: Sort = "relevance",
    limit: int = 20,
    offset: int = 0,
    as_typed: bool = False,
) -> Results:
    """Return results for `text` that `user` may see, best first, `limit` of them from `offset`.

    Without text, returns everything that matches `filters`, newest first. `as_typed` disables
    spelling correction and the fallback to plain words. Takes bounded time for any text.
    """
    query = parse(text)
    filters = filters or SearchFilters()
    if not user.is_active or not (query or filters):
        return Results()
    sort = sort if query or sort != "relevance" else "newest"
    context = SearchContext(user, filters, sort, offset + limit)
    found, as_words = _find(query, context, as_typed=as_typed)
    page = found.ranked[offset : offset + limit]
    total = min(max(len(found.ranked), round(found.expected)), MAX_COUNTED)
    some = found.complete < len(found.ranked)
    expanded = found.expanded.query.text
    return Results(
        hits=_hits(page, found, user),
        counts=dict(Counter(one.candidate.kind for one in found.ranked))
        if found.is_exhaustive
        else {},
        total=total,
        complete=found.complete if some else total,
        corrected=expanded if expanded != query.text else "",
        as_words=as_words,
    )


def matching_documents(
    text: str, *, user: User | AnonymousUser, filters: SearchFilters, as_typed: bool = False
) -> list[int]:
    """Return up to 500 documents that `search` would find, probably the best; without text and
    filters the newest of all."""
    query = parse(text)
    if not user.is_active or (text.strip() and not (query or filters)):
        return []
    context = SearchContext(user, filters, "relevance" if query else "newest", MAX_SAMPLED)
    if query and (documents := sample(query, context)):
        return documents
    found, _ = _find(query, context, as_typed=as_typed)
    return [one.candidate.document for one in found.ranked[:MAX_SAMPLED]]


def _find(query: Query, context: SearchContext, *, as_typed: bool) -> tuple[Retrieved, bool]:
    """Return what matches `query`, and True if it had to be read as plain words for that."""
    found = retrieve(query, context, as_typed=as_typed)
    if found.ranked or as_typed or not query.has_operators:
        return found, False
    plain = retrieve(parse(query.text, operators=False), context, as_typed=False)
    return (plain, True) if plain.ranked else (found, False)


def _hits(page: Sequence[Ranked], found: Retrieved, user: User | AnonymousUser) -> list[Hit]:
    if not page:
        return []
    marker = Highlighter(_lexeme_weights(found), _required_neighbours(found))
    shown = _stored([one.candidate for one in page], user)
    texts = _texts({document: row[3] for document, row in shown.items()}, marker)
    hits = []
    for one in page:
        if one.candidate.document not in shown:
            continue
        pk, reference, title, _, facts = shown[one.candidate.document]
        hits.append(
            Hit(
                kind=one.candidate.kind,
                pk=pk,
                reference=reference,
                text=title,
                score=round(one.score, 4),
                is_complete=one.is_complete,
                title=marker.pieces(title),
                snippet=marker.pieces(marker.best_passage(texts[one.candidate.document])),
                facts=json.loads(facts),
            )
        )
    return hits


def _stored(page: Sequence[Candidate], user: User | AnonymousUser) -> dict[int, tuple[Any, ...]]:
    """Return, by document, its key, reference, title, text or the start of it, and facts."""
    within = [one.within for one in page if one.within is not None]
    visible, parameters = candidates.visible_sql(within, user)
    with connection.cursor() as cursor:
        cursor.execute(
            _SHOWN.format(all=MAX_READ, first=READ_FIRST, visible=visible),
            [as_array(one.document for one in page), *parameters],
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


def _texts(beginnings: dict[int, str], marker: Highlighter) -> dict[int, str]:
    """Return, by document, enough of its text to show a query word."""
    deeper = [
        document
        for document, text in beginnings.items()
        if len(text) == READ_FIRST and not marker.shows(text)
    ]
    if not deeper:
        return beginnings
    with connection.cursor() as cursor:
        cursor.execute(_DEEPER, [MAX_READ, as_array(deeper)])
        return beginnings | dict(cursor.fetchall())


def _lexeme_weights(found: Retrieved) -> dict[str, float]:
    """Return the importance of each lexeme that may have matched."""
    worth: dict[str, float] = {}
    for word, one in found.expanded.words.items():
        for form, _ in one.forms:
            for lexeme in form:
                worth[lexeme] = max(found.importance[word], worth.get(lexeme, 0.0))
    return worth


def _required_neighbours(found: Retrieved) -> dict[str, frozenset[str]]:
    """Return, for lexemes that are searched only as parts of a phrase, their possible neighbours: a
    search for “failover” means neither everything that failed nor every “over”."""
    forms = [form for one in found.expanded.words.values() for form, _ in one.forms]
    alone = {form[0] for form in forms if len(form) == 1}
    beside: dict[str, set[str]] = {}
    for form in forms:
        for first, second in pairwise(form):
            beside.setdefault(first, set()).add(second)
            beside.setdefault(second, set()).add(first)
    return {lexeme: frozenset(others) for lexeme, others in beside.items() if lexeme not in alone}
