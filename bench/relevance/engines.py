"""The engines that are compared. Each ranks the names of documents for a labelled query."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.db import connection

from accounts.models import Role, User
from bench.relevance.documents import Plain
from bench.relevance.labels import Labelled
from search.engine import Hit, search
from search.filters import SearchFilters

DEPTH = 50  # enough for ten of one service to be left


class Engine(Protocol):
    @property
    def name(self) -> str: ...

    def ranked(self, query: Labelled) -> list[str]: ...


@dataclass
class Ours:
    """Our search page, for somebody who may see everything that is not restricted.

    An action item found stands for its incident, as the others have no documents of action items.
    """

    documents: Sequence[Plain]
    name: str = "Nevertwice"
    names: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.names = {document.reference: document.name for document in self.documents}

    def ranked(self, query: Labelled) -> list[str]:
        reader = User(pk=0, role=Role.VIEWER)
        filters = SearchFilters(chosen={"service": (query.service,)} if query.service else {})
        results = search(query.text, user=reader, filters=filters, limit=DEPTH)
        return list(dict.fromkeys(self.names[_reference(hit)] for hit in results.hits))


def _reference(hit: Hit) -> str:
    """An action item answers as its incident does."""
    is_of_incident = hit.kind in ("incident", "action_item")
    return hit.reference if is_of_incident else f"{hit.kind}:{hit.reference}"


@dataclass
class TsRank:
    """PostgreSQL's own: an English vector in three weights, `ts_rank` over the matches.

    `any_word` asks for one of the words instead of all; `normalization` is ts_rank's.
    """

    documents: Sequence[Plain]
    any_word: bool
    normalization: int

    @property
    def name(self) -> str:
        length = " by length" if self.normalization else ""
        return f"ts_rank, {'any word' if self.any_word else 'all words'}{length}"

    def ranked(self, query: Labelled) -> list[str]:
        asked = "websearch_to_tsquery('english', %s)"
        if self.any_word:
            asked = "CAST(replace(plainto_tsquery('english', %s)::text, '&', '|') AS tsquery)"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT name FROM plain, {asked} AS asked WHERE vector @@ asked"
                f" ORDER BY ts_rank(vector, asked, {self.normalization}) DESC, name LIMIT {DEPTH}",
                [query.text],
            )
            return _of_service([name for (name,) in cursor.fetchall()], query, self.documents)


@dataclass
class Fts5:
    """SQLite's own: BM25 over words stemmed by Porter, the three columns weighted as given."""

    documents: Sequence[Plain]
    database: sqlite3.Connection
    any_word: bool
    weights: tuple[float, float, float]

    @property
    def name(self) -> str:
        weights = "" if self.weights == (1, 1, 1) else " by column"
        return f"FTS5 BM25, {'any word' if self.any_word else 'all words'}{weights}"

    def ranked(self, query: Labelled) -> list[str]:
        terms = re.findall(r'"[^"]+"|\w+', query.text)
        asked = (" OR " if self.any_word else " ").join(
            f'"{term.strip(chr(34))}"' for term in terms
        )
        title, lead, rest = self.weights
        rows = self.database.execute(
            "SELECT name FROM plain WHERE plain MATCH ?"
            " ORDER BY bm25(plain, 0, ?, ?, ?), name LIMIT ?",
            [asked, title, lead, rest, DEPTH],
        )
        return _of_service([name for (name,) in rows], query, self.documents)


def engines(documents: Sequence[Plain]) -> tuple[Ours, list[Engine]]:
    """Ours, and the others in each of their ways over the same documents."""
    _fill_postgres(documents)
    database = _fill_sqlite(documents)
    others: list[Engine] = []
    for any_word in (False, True):
        others += [TsRank(documents, any_word, normalization) for normalization in (0, 1)]
    for any_word in (False, True):
        for weights in ((1.0, 1.0, 1.0), (8.0, 3.0, 1.0)):
            others.append(Fts5(documents, database, any_word, weights))
    return Ours(documents), others


def _fill_postgres(documents: Sequence[Plain]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS plain")
        cursor.execute("CREATE TEMPORARY TABLE plain (name text, vector tsvector)")
        cursor.executemany(
            "INSERT INTO plain VALUES (%s, setweight(to_tsvector('english', %s), 'A')"
            " || setweight(to_tsvector('english', %s), 'B') || to_tsvector('english', %s))",
            [(one.name, one.title, one.lead, one.rest) for one in documents],
        )


def _fill_sqlite(documents: Sequence[Plain]) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE plain"
        " USING fts5(name UNINDEXED, title, lead, rest, tokenize='porter unicode61')"
    )
    rows = [(one.name, one.title, one.lead, one.rest) for one in documents]
    database.executemany("INSERT INTO plain VALUES (?, ?, ?, ?)", rows)
    return database


def _of_service(names: Iterable[str], query: Labelled, documents: Sequence[Plain]) -> list[str]:
    """Filter by the query's service, if it names one."""
    if not query.service:
        return list(names)
    fitting = {one.name for one in documents if query.service in one.services}
    return [name for name in names if name in fitting]
