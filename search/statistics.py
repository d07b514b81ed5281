"""Statistics: the document frequency of each key, and the tiers of common words.

Counted by a task and by `manage.py reindex`. A search never waits for them: unknown keys count as
rare, which costs time and changes no result. Values are cached in the process for ten seconds.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import connection, transaction

from search import impact

COMMON_FROM = 512  # documents; rarer words need no tiers
_TIERS_FROM = (
    2_000  # documents in the index; in smaller ones no word is common enough to slow a search
)
_SAMPLE = 20_000  # documents that are counted, as a sample of all
_LEAST_IN_SAMPLE = 3
_STAMP = "search.statistics"
_SECONDS = 10  # after which every process has the new numbers
_MAX_KEPT = 20_000  # keys

# The columns of `search_keystatistic` that `remember` takes besides the key; NULL without a row.
COUNTED = "documents, CASE WHEN is_tiered THEN cardinality(tiers) ELSE 0 END"
_KNOWN = f"""
SELECT key, {COUNTED}
FROM search_keystatistic WHERE key = ANY(%s)
UNION ALL SELECT '', count(*), NULL FROM (
    SELECT FROM search_document WHERE NOT is_guarded
        AND NOT EXISTS (SELECT FROM search_keystatistic WHERE key = '') LIMIT 10000
) AS uncounted HAVING count(*) > 0
"""  # noqa: S608
GROWN = """
SELECT counted.documents + newer.documents
FROM (SELECT coalesce(max(documents) FILTER (WHERE key = ''), 0) AS documents,
        coalesce(max(documents) FILTER (WHERE key = ' last'), 0) AS last
    FROM search_keystatistic WHERE key IN ('', ' last')) AS counted
CROSS JOIN LATERAL (
    SELECT count(*) AS documents
    FROM (SELECT FROM search_document WHERE id > counted.last LIMIT 20000) AS up
) AS newer
WHERE newer.documents >= counted.documents / 4 + 10
"""
_COUNT = """
WITH counted AS (
    SELECT word AS key, round(ndoc / %(share)s)::int AS documents
    FROM ts_stat(%(sampled)s)
    WHERE ndoc >= %(least)s AND word NOT LIKE '%%^%%' AND word NOT LIKE '=%%'
        AND (word NOT LIKE '~%%' OR ndoc / %(share)s >= %(common)s)
    UNION ALL SELECT '', %(all)s
    UNION ALL SELECT ' last', coalesce(max(id), 0) FROM search_document
), gone AS (
    DELETE FROM search_keystatistic AS old
    WHERE tiers = '{}' AND NOT EXISTS (SELECT FROM counted WHERE counted.key = old.key)
)
INSERT INTO search_keystatistic AS old (key, documents, tiers, is_tiered)
SELECT key, documents, '{}', false FROM counted
ON CONFLICT (key) DO UPDATE SET documents = excluded.documents
WHERE old.documents <> excluded.documents
"""


@dataclass(frozen=True)
class DocumentFrequencies:
    """The frequencies of the keys of one search, as of the last count."""

    documents: Mapping[str, int]
    tiers: Mapping[str, int]

    @property
    def all(self) -> int:
        return self.of("")

    def of(self, key: str) -> int:
        """Return the number of documents with `key`; 0 for rare keys and those newer than the
        count."""
        return self.documents.get(key, 0)


@dataclass
class _Kept:
    """Cached values: documents and tiers of each key, possibly none."""

    stamp: str = ""
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    months: dict[str, int] = field(default_factory=dict)


_kept = _Kept()


def _known_lately() -> _Kept:
    global _kept
    stamp = cache.get(_STAMP)
    if stamp is None:
        stamp = secrets.token_hex(8)
        cache.set(_STAMP, stamp, _SECONDS)
    if stamp != _kept.stamp or len(_kept.keys) > _MAX_KEPT:
        _kept = _Kept(stamp)
    return _kept


def document_frequencies(keys: Iterable[str]) -> DocumentFrequencies:
    """Return the frequencies of these keys in at most one query. If nothing was counted yet, count
    up to 10,000 documents for the total."""
    wanted = {"", *keys}
    kept = _known_lately().keys
    found = {key: kept[key] for key in wanted if key in kept}
    if unread := wanted.difference(found):
        with connection.cursor() as cursor:
            cursor.execute(_KNOWN, [["", *unread]])
            rows = {key: (documents, tiers) for key, documents, tiers in cursor.fetchall()}
        found |= rows
        # An index that was never counted grows too fast to be cached.
        if rows.get("", (0, None))[1] is not None:
            remember((key, *found.get(key, (0, 0))) for key in wanted)
    return DocumentFrequencies(
        documents={key: documents for key, (documents, _) in found.items() if documents},
        tiers={key: tiers for key, (_, tiers) in found.items() if tiers},
    )


def remember(rows: Iterable[tuple[str, int | None, int | None]]) -> None:
    """Cache rows of `search_keystatistic` that another query has read, as key and `COUNTED`."""
    _known_lately().keys.update(
        (key, (documents or 0, tiers or 0)) for key, documents, tiers in rows
    )


def months() -> Mapping[str, int]:
    """Return the number of documents in each month, by its key."""
    kept = _known_lately()
    if not kept.months:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT key, documents FROM search_keystatistic WHERE key LIKE '#month:%'"
            )
            kept.months = dict(cursor.fetchall())
    return kept.months


def _forget() -> None:
    """Make every process read the statistics again."""
    cache.delete(_STAMP)


@transaction.atomic
def count() -> None:
    """Count the keys of the documents that everybody may see; a sample if there are many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_document WHERE NOT is_guarded")
        [number] = cursor.fetchone()
        share = min(_SAMPLE / number, 1.0) if number else 1.0
        some = "" if share == 1.0 else f" TABLESAMPLE SYSTEM ({share * 100:.4f})"
        cursor.execute(
            _COUNT,
            {
                "sampled": f"SELECT keys FROM search_document{some} WHERE NOT is_guarded",  # noqa: S608
                "share": share,
                "least": 1 if share == 1.0 else _LEAST_IN_SAMPLE,
                "common": COMMON_FROM,
                "all": number,
            },
        )
    _forget()


_writing: tuple[float, Mapping[str, list[float]]] = (0.0, {})


def tiers_for_writing() -> Mapping[str, list[float]]:
    """Return the tiers of each common word, including those still being written."""
    global _writing
    with connection.cursor() as cursor:
        cursor.execute("SELECT tiers[1] FROM search_keystatistic WHERE key = ''")
        row = cursor.fetchone()
        version = (row and row[0]) or 0.0
        if version != _writing[0]:
            cursor.execute(
                "SELECT key, tiers FROM search_keystatistic WHERE key <> '' AND tiers <> '{}'"
            )
            _writing = (version, dict(cursor.fetchall()))
    return _writing[1]


@transaction.atomic
def begin_tiers(worths: Mapping[str, list[float]], *, share: float, number: int) -> None:
    """Decide the tiers of each common word, from the worths of its documents in a sample that is
    `share` of all `number` documents. From now on entries are indexed with these tiers; `end_tiers`
    says that all are."""
    tiers = {
        lexeme: found
        for lexeme, of_it in worths.items()
        if len(of_it) / share >= COMMON_FROM and (found := impact.tiers_of(of_it, share))
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE search_keystatistic SET tiers = '{}', is_tiered = false"
            " WHERE tiers <> '{}' AND NOT key = ANY(%s)",
            [list(tiers)],
        )
        cursor.executemany(
            "INSERT INTO search_keystatistic AS old (key, documents, tiers, is_tiered)"
            " VALUES (%s, %s, %s, false) ON CONFLICT (key) DO UPDATE SET tiers = excluded.tiers",
            [
                *((key, round(len(worths[key]) / share), found) for key, found in tiers.items()),
                ("", number, [time.time(), float(number)]),
            ],
        )
    _forget()


@transaction.atomic
def forget_tiers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_keystatistic WHERE tiers <> '{}'")
    _forget()


def end_tiers() -> None:
    """Let searches rely on the tiers: everything has been indexed since `begin_tiers`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE search_keystatistic SET is_tiered = true"
            " WHERE key <> '' AND tiers <> '{}' AND NOT is_tiered"
        )
    _forget()


def are_tiers_due() -> bool:
    """Return True if the index has doubled since its tiers were made, so that some are too large or
    missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT documents, coalesce(tiers[2], 0) FROM search_keystatistic WHERE key = ''"
        )
        row = cursor.fetchone()
    return row is not None and row[0] >= _TIERS_FROM and row[0] >= 2 * row[1]


def need_tiers(number: int) -> bool:
    """Return True if an index of this size has words common enough to need tiers."""
    return number >= _TIERS_FROM
