"""Completion of unfinished words and correction of misspelt ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from core.round_trip import one_round_trip
from search import analyzer, candidates, keys, spelling, statistics
from search.parser import Completions, Query
from search.statistics import DocumentFrequencies

_MAX_ENDINGS = 12
_MAX_COMPLETED = 4
_MAX_BEGINNINGS = 8  # words that are looked up for completion
_LOOKED_AT = 1_000  # words with the same start, of which the most common are taken
_COUNTED = 200

# One query for each prefix: a pattern that is not a constant would scan the whole table.
_ENDINGS = f"""
(SELECT %s, alike.word, alike.lexeme, {statistics.COUNTED}
FROM (SELECT word, lexeme FROM search_word WHERE word LIKE %s AND word <> %s LIMIT %s) AS alike
LEFT JOIN search_keystatistic statistic ON statistic.key = alike.lexeme
ORDER BY coalesce(statistic.documents, 0) DESC, length(alike.word), alike.word LIMIT %s)
"""  # noqa: S608
_HELD = """
SELECT asked.word, document.within_id, document.is_guarded
FROM unnest(%s::text[], %s::text[]) AS asked (word, key)
CROSS JOIN LATERAL (
    SELECT within_id, is_guarded FROM search_document
    WHERE keys @@ asked.key::tsquery LIMIT %s
) AS document
"""


@dataclass(frozen=True)
class Completed:
    """Words without a visible match, and completions. `unmatched` probably occur in no visible
    document; `absent`, a subset, certainly do not.

    `completions` may come from incidents that the user may not see: search for them, but never
    show them.
    """

    unmatched: list[str]
    absent: list[str]
    completions: Completions


def complete(
    last: str, missing: Sequence[str], user: User | AnonymousUser, frequencies: DocumentFrequencies
) -> Completed:
    """Find which words of `missing` occur in no document visible to `user`, and complete up to four
    of them and `last`, the word that may be unfinished; the most common completions come first.

    Takes one round trip to the database, of which `frequencies` may save a part.
    """
    rare = [word for word in missing if not frequencies.of(analyzer.stem(word))]
    beginnings = [word for word in dict.fromkeys([last, *rare]) if len(word) >= 2]
    beginnings = beginnings[:_MAX_BEGINNINGS]
    statements, asked = [_HELD] if rare else [], _lookup_parameters(rare) if rare else []
    if beginnings:
        statements.append(" UNION ALL ".join([_ENDINGS] * len(beginnings)))
        for word in beginnings:
            # Words consist of letters and digits, so they contain no wildcards of LIKE.
            asked += [word, f"{word}%", word, _LOOKED_AT, _MAX_ENDINGS]
    if not statements:
        return Completed([], [], {})
    with one_round_trip() as cursor:
        cursor.execute(";".join(statements), asked)
        holding = cursor.fetchall() if rare else []
        longer = cursor.fetchall() if beginnings and (not rare or cursor.nextset()) else []
    statistics.remember(row[2:] for row in longer)
    held = _visible_counts(holding, user)
    unmatched = [word for word in rare if word not in held]
    found: dict[str, list[str]] = {}
    for word, ending, *_ in longer:
        found.setdefault(word, []).append(ending)
    wanted = [word for word in beginnings if word == last or word in unmatched][:_MAX_COMPLETED]
    read = Counter(word for word, *_ in holding)
    return Completed(
        unmatched=unmatched,
        absent=[word for word in unmatched if read[word] < _COUNTED],
        completions={word: found[word] for word in wanted if word in found},
    )


def document_counts(asked: Sequence[str], user: User | AnonymousUser) -> dict[str, int]:
    """Return the approximate number of documents visible to `user` for each word; words with none
    are left out."""
    if not asked:
        return {}
    frequencies = statistics.document_frequencies([analyzer.stem(word) for word in asked])
    found = {word: number for word in asked if (number := frequencies.of(analyzer.stem(word)))}
    rare = [word for word in asked if word not in found]
    if not rare:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_HELD, _lookup_parameters(rare))
        return found | _visible_counts(cursor.fetchall(), user)


def _lookup_parameters(rare: list[str]) -> list[Any]:
    return [rare, [keys.quoted(analyzer.stem(word)) for word in rare], _COUNTED]


def _visible_counts(
    holding: Sequence[tuple[str, int | None, bool]], user: User | AnonymousUser
) -> dict[str, int]:
    """Count, by word, the documents in `holding` that `user` may see."""
    guarded = [within for _, within, is_guarded in holding if is_guarded and within]
    allowed = candidates.visible(guarded, user)
    return Counter(
        word for word, within, is_guarded in holding if not is_guarded or within in allowed
    )


def correct(query: Query, unknown: Sequence[str], user: User | AnonymousUser) -> Query | None:
    """Return `query` with each misspelt word replaced by its likeliest visible correction.

    Returns None if there is nothing to correct, or no correction.
    """
    loose = query.loose_words
    left = spelling.correctable(word for word in unknown if word in loose)
    corrections: dict[str, str] = {}
    for look in (spelling.within_one_edit, spelling.similar_words):
        corrections |= _best_corrections(look(left), user)
        left = [word for word in left if word not in corrections]
    return query.corrected(corrections) if corrections else None


def _best_corrections(proposed: spelling.Candidates, user: User | AnonymousUser) -> dict[str, str]:
    frequencies = document_counts(
        sorted({word for pairs in proposed.values() for _, word in pairs}), user
    )
    found: dict[str, str] = {}
    for word, pairs in proposed.items():
        visible = [
            (apart, other[0] != word[0], -frequencies[other], other[-1] != word[-1], other)
            for apart, other in pairs
            if other in frequencies
        ]
        if visible:
            found[word] = min(visible)[-1]
    return found
