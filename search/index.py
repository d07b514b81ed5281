"""Making documents out of incidents, patterns and playbooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from core.markdown import to_plain_text
from core.text_search import Kind
from search import sources, words

CONFIGURATION = "nevertwice"
BATCH = 200
# PostgreSQL's limit for one vector is a megabyte; even text without a repeated word stays below.
_MOST_CHARACTERS = {"B": 60_000, "C": 200_000, "D": 250_000}
_MOST_LABELS = 20_000
_PASSAGE = 300
_MOST_PASSAGES = 2_000

_STORE = """
WITH new AS (
    SELECT * FROM unnest(
        %(ids)s::bigint[], %(titles)s::text[], %(passages)s::text[], %(A)s::text[],
        %(B)s::text[], %(C)s::text[], %(D)s::text[], %(L)s::text[]
    ) AS new (of, title, passages, a, b, c, d, l)
), known AS (
    INSERT INTO search_document AS document (kind, {of}, title, vector, updated_at)
    SELECT %(kind)s, of, title,
        setweight(to_tsvector(%(configuration)s::regconfig, a), 'A')
        || setweight(to_tsvector(%(configuration)s::regconfig, b), 'B')
        || setweight(to_tsvector(%(configuration)s::regconfig, c), 'C')
        || setweight(to_tsvector(%(configuration)s::regconfig, d), 'D')
        || setweight(to_tsvector(%(configuration)s::regconfig, l), 'B'),
        %(now)s
    FROM new
    ON CONFLICT ({of}) DO UPDATE
    SET title = excluded.title, vector = excluded.vector, updated_at = excluded.updated_at
    RETURNING document.id, document.{of} AS of
)
INSERT INTO search_passages (document_id, text)
SELECT known.id, new.passages FROM known JOIN new USING (of)
ON CONFLICT (document_id) DO UPDATE SET text = excluded.text
"""


@dataclass(frozen=True)
class Text:
    """The text of one thing by weight; Markdown but for A, its reference, and L, its labels."""

    pk: int
    title: str
    weights: dict[str, list[str]]


@dataclass(frozen=True)
class Row:
    """What is stored of one thing: its words by weight, L those of its labels, and passages."""

    pk: int
    title: str
    vector: dict[str, str]
    passages: str
    used: frozenset[str]


def refresh(kind: Kind, ids: Sequence[int], read: Mapping[int, Any] | None = None) -> None:
    """Index these rows anew, in the caller's transaction, in a few queries per 200 of them.

    `read` holds documents that need not be read again; see `core.text_search.refresh`. Their
    words become known to the spelling correction once the transaction is committed.
    """
    for start in range(0, len(ids), BATCH):
        wanted = sorted(ids[start : start + BATCH])
        given = {pk: document for pk, document in (read or {}).items() if pk in wanted}
        rows = [_row(Text(*found)) for found in sources.READERS[kind](wanted, given)]
        if rows:
            _store(kind, rows)


def _store(kind: Kind, rows: list[Row]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE.format(of=f"{kind}_id"),
            {
                "kind": kind,
                "configuration": CONFIGURATION,
                "now": timezone.now(),
                "ids": [row.pk for row in rows],
                "titles": [row.title for row in rows],
                "passages": [row.passages for row in rows],
                **{weight: [row.vector[weight] for row in rows] for weight in "ABCDL"},
            },
        )
    used = frozenset[str]().union(*(row.used for row in rows))
    transaction.on_commit(lambda: learn(used), robust=True)


def _row(text: Text) -> Row:
    plain = _plain(text)
    labels = " ".join(text.weights.get("L", ()))
    parts = {
        "A": " ".join([text.title, *text.weights["A"]]),
        **plain,
        "L": labels[:_MOST_LABELS],
    }
    found = {weight: words.split(part) for weight, part in parts.items()}
    vector = {weight: " ".join(found[weight] + words.humps(part)) for weight, part in parts.items()}
    named = [*words.split(text.title), *words.split(labels)]
    used = frozenset(named).union(*(found[weight] for weight in plain))
    return Row(text.pk, text.title, vector, _passages(plain), used)


def _plain(text: Text) -> dict[str, str]:
    """B, C and D as plain text, no longer than can be indexed."""
    return {
        weight: "\n".join(
            to_plain_text(part[:most]) for part in text.weights.get(weight, ()) if part
        )[:most]
        for weight, most in _MOST_CHARACTERS.items()
    }


def _passages(plain: dict[str, str]) -> str:
    """The text a passage a line, what sums it up first; long lines are cut between sentences."""
    passages: list[str] = []
    for part in plain.values():
        for line in part.splitlines():
            passages += _cut(line.strip())
    return "\n".join(passages[:_MOST_PASSAGES])


def _cut(line: str) -> Iterable[str]:
    while len(line) > _PASSAGE:
        end = max(line.rfind(stop, 80, _PASSAGE) for stop in (". ", "? ", "! ", "; "))
        end = end + 1 if end > 0 else line.rfind(" ", 80, _PASSAGE)
        end = end if end > 0 else _PASSAGE
        yield line[:end].strip()
        line = line[end:].strip()
    if line:
        yield line


def learn(used: Iterable[str]) -> None:
    """Add words to those that spelling correction and marks know. Safe to run side by side."""
    fit = sorted({word for word in used if "\0" not in word})
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO search_word (word, lexeme)
            SELECT word, lexeme FROM unnest(%s::text[]) AS new (word)
            CROSS JOIN LATERAL (
                SELECT lexeme FROM unnest(to_tsvector(%s::regconfig, word)) LIMIT 1
            ) AS stem
            WHERE NOT EXISTS (SELECT FROM search_word AS old WHERE old.word = new.word)
                AND length(lexeme) <= 64
            ORDER BY word
            ON CONFLICT DO NOTHING
            """,
            [fit, CONFIGURATION],
        )
