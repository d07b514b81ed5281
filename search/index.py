"""Making documents out of incidents, patterns and playbooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db import connection, transaction
from django.db.models import Value
from django.utils import timezone

from core.markdown import to_plain_text
from core.text_search import Kind
from search import sources, words
from search.models import Document, Passages

CONFIGURATION = "nevertwice"
BATCH = 200
# PostgreSQL's limit for one vector is a megabyte; even text without a repeated word stays below.
_MOST_CHARACTERS = {"B": 60_000, "C": 200_000, "D": 250_000}
_MOST_LABELS = 20_000
_PASSAGE = 300
_MOST_PASSAGES = 2_000


@dataclass(frozen=True)
class Text:
    """The text of one thing by weight; Markdown but for A, its reference, and L, its labels."""

    pk: int
    title: str
    weights: dict[str, list[str]]


def refresh(kind: Kind, ids: Sequence[int]) -> None:
    """Index these rows anew, in the caller's transaction, in a few queries per 200 of them.

    Their words become known to the spelling correction once the transaction is committed.
    """
    for start in range(0, len(ids), BATCH):
        texts = [
            Text(pk, title, weights)
            for pk, title, weights in sources.READERS[kind](sorted(ids[start : start + BATCH]))
        ]
        if texts:
            _store(kind, texts)


def _store(kind: Kind, texts: list[Text]) -> None:
    now = timezone.now()
    plain = {text.pk: _plain(text) for text in texts}
    known = Document.objects.bulk_create(
        [
            Document(
                kind=kind,
                **{f"{kind}_id": text.pk},
                title=text.title,
                vector=_vector(text, plain[text.pk]),
                updated_at=now,
            )
            for text in texts
        ],
        update_conflicts=True,
        unique_fields=[kind],
        update_fields=["title", "vector", "updated_at"],
    )
    Passages.objects.bulk_create(
        [
            Passages(document=document, text=_passages(plain[text.pk]))
            for document, text in zip(known, texts, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["document"],
        update_fields=["text"],
    )
    used = {
        word
        for text in texts
        for part in (text.title, *text.weights.get("L", ()), *plain[text.pk].values())
        for word in words.split(part)
    }
    transaction.on_commit(lambda: learn(used), robust=True)


def _plain(text: Text) -> dict[str, str]:
    """B, C and D as plain text, no longer than can be indexed."""
    return {
        weight: "\n".join(
            to_plain_text(part[:most]) for part in text.weights.get(weight, ()) if part
        )[:most]
        for weight, most in _MOST_CHARACTERS.items()
    }


def _vector(text: Text, plain: dict[str, str]) -> Any:
    heading = " ".join([text.title, *text.weights["A"]])
    vector: Any = _weighted(heading, "A")
    for weight, part in plain.items():
        vector = vector + _weighted(part, weight)
    labels = " ".join(text.weights.get("L", ()))[:_MOST_LABELS]
    return vector + _weighted(labels, "B")


def _weighted(text: str, weight: str) -> SearchVector:
    found = words.split(text) + words.humps(text)
    return SearchVector(Value(" ".join(found)), config=CONFIGURATION, weight=weight)


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
