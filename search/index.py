"""Writes of the search index: only documents that changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from core.round_trip import one_round_trip
from core.text_search import Kind
from search import analyzer, sources, statistics
from search.index_entry import IndexEntry, build_entry
from search.models import Document

BATCH = 200

_STORE = """
WITH new AS (
    SELECT * FROM unnest(
        %(pk)s::bigint[], %(within)s::bigint[], %(is_guarded)s::bool[], %(reference)s::text[],
        %(title)s::text[], %(occurred_on)s::date[], %(labels)s::text[], %(impacts)s::text[],
        %(keys)s::text[], %(digest)s::bytea[], %(text)s::text[], %(facts)s::text[]
    ) AS new (of, within, is_guarded, reference, title, occurred_on, labels, impacts, keys,
        digest, text, facts)
), changed AS (
    INSERT INTO search_document AS document (kind, {of}, within_id, is_guarded, reference, title,
        occurred_on, labels, impacts, keys, digest, updated_at)
    SELECT %(kind)s, of, within, is_guarded, reference, title, occurred_on,
        string_to_array(labels, ' '), impacts::tsvector, keys::tsvector, digest, %(now)s
    FROM new
    ON CONFLICT ({of}) DO UPDATE
    SET within_id = excluded.within_id, is_guarded = excluded.is_guarded,
        reference = excluded.reference, title = excluded.title,
        occurred_on = excluded.occurred_on, labels = excluded.labels,
        impacts = excluded.impacts, keys = excluded.keys, digest = excluded.digest,
        updated_at = excluded.updated_at
    WHERE document.digest <> excluded.digest
    RETURNING document.id, document.{of} AS of
)
INSERT INTO search_passages (document_id, text, facts)
SELECT changed.id, new.text, new.facts::jsonb FROM changed JOIN new USING (of)
ON CONFLICT (document_id) DO UPDATE SET text = excluded.text, facts = excluded.facts
"""
_LEARN = """
INSERT INTO search_word (word, lexeme)
SELECT word, lexeme FROM unnest(%(words)s::text[], %(lexemes)s::text[]) AS new (word, lexeme)
WHERE NOT EXISTS (SELECT FROM search_word AS old WHERE old.word = new.word)
ON CONFLICT DO NOTHING
"""
_COLUMNS = (
    *("pk", "within", "is_guarded", "reference", "title", "occurred_on"),
    *("impacts", "keys", "digest", "text", "facts"),
)


def refresh(
    kind: Kind, ids: Sequence[int], read: Mapping[int, Any] | None = None
) -> frozenset[str]:
    """Reindex these rows in the caller's transaction, in a few queries per 200 of them; incidents
    with their action items. Unchanged documents are not written; archived patterns and playbooks
    are removed.

    `read` holds documents that need not be read again; see `core.text_search.refresh`. Returns the
    words in use, to be passed to `add_words` after the commit.
    """
    used: set[str] = set()
    for start in range(0, len(ids), BATCH):
        wanted = sorted(ids[start : start + BATCH])
        given = {pk: document for pk, document in (read or {}).items() if pk in wanted}
        entries = build_entries(kind, wanted, given)
        store(entries)
        if kind != "incident":
            _remove(kind, set(wanted) - {entry.pk for entry in entries})
        used.update(*(entry.used for entry in entries))
    return frozenset(used)


def _remove(kind: Kind, ids: Collection[int]) -> None:
    if ids:
        Document.objects.filter(kind=kind, **{f"{kind}__in": ids}).delete()


def build_entries(kind: Kind, ids: list[int], read: Mapping[int, Any]) -> list[IndexEntry]:
    """Return the index entries of these rows, with the tiers of the last count."""
    found = list(sources.READERS[kind](ids, read))
    tiers = statistics.tiers_for_writing()
    return [build_entry(source, tiers) for source in found]


def store(entries: Iterable[IndexEntry]) -> None:
    by_kind: dict[str, list[IndexEntry]] = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, []).append(entry)
    statements = []
    with one_round_trip() as cursor:
        for kind, rows in by_kind.items():
            columns = {name: [getattr(row, name) for row in rows] for name in _COLUMNS}
            labels = [" ".join(row.labels) for row in rows]
            values = {**columns, "labels": labels, "kind": kind, "now": timezone.now()}
            statements.append(cursor.mogrify(_STORE.format(of=f"{kind}_id"), values))
        if statements:
            cursor.execute(";".join(statements))


def add_words(used: Iterable[str]) -> int | None:
    """Add words to the dictionary of spelling correction and highlighting. Safe to run
    concurrently.

    Returns the number of documents if it has grown by a quarter since the last count, else None;
    asked in the same round trip.
    """
    fit = sorted(used)
    with one_round_trip() as cursor:
        cursor.execute(
            f"{_LEARN};{statistics.GROWN}",
            {"words": fit, "lexemes": [analyzer.stem(word) for word in fit]},
        )
        cursor.nextset()
        row = cursor.fetchone()
    return row[0] if row else None
