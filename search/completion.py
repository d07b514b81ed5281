"""What a person means who has not finished a word, or misspelt it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from search import candidates, keys, spelling, statistics, words
from search.statistics import Known
from search.syntax import Endings, Query

_MOST_ENDINGS = 12
_MOST_BEGINNINGS = 4
_LOOKED_AT = 1_000  # words that begin alike, of which the most common are taken
_COUNTED = 200

# One for each beginning: a pattern that is not a constant has the whole list read.
_ENDINGS = """
(SELECT %s, alike.word
FROM (SELECT word, lexeme FROM search_word WHERE word LIKE %s AND word <> %s LIMIT %s) AS alike
LEFT JOIN search_keystatistic statistic ON statistic.key = alike.lexeme
ORDER BY coalesce(statistic.documents, 0) DESC, length(alike.word), alike.word LIMIT %s)
"""
_HELD = """
SELECT asked.word, document.within_id, document.is_guarded
FROM unnest(%s::text[], %s::text[]) AS asked (word, key)
CROSS JOIN LATERAL (
    SELECT within_id, is_guarded FROM search_document
    WHERE keys @@ asked.key::tsquery LIMIT %s
) AS document
"""


def endings(beginnings: Iterable[str]) -> Endings:
    """Words that unfinished ones may become, the most common first. At most four are completed.

    They may be of incidents that a person may not see: only look for them, do not show them.
    """
    wanted = [word for word in dict.fromkeys(beginnings) if len(word) >= 2][:_MOST_BEGINNINGS]
    if not wanted:
        return {}
    asked: list[str | int] = []
    for word in wanted:
        # Words consist of letters and digits: nothing in them means something to LIKE.
        asked += [word, f"{word}%", word, _LOOKED_AT, _MOST_ENDINGS]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([_ENDINGS] * len(wanted)), asked)
        found: dict[str, list[str]] = {}
        for word, longer in cursor.fetchall():
            found.setdefault(word, []).append(longer)
    return found


def held(
    asked: Sequence[str], user: User | AnonymousUser, known: Known | None = None
) -> dict[str, int]:
    """In about how many documents that `user` may see each word stands; those that stand in none
    are left out. `known` is what the statistics say of the words, where that was asked already."""
    if not asked:
        return {}
    known = known or statistics.known([words.stem(word) for word in asked])
    found = {word: number for word in asked if (number := known.of(words.stem(word)))}
    rare = [word for word in asked if word not in found]
    if not rare:
        return found
    lexemes = [keys.quoted(words.stem(word)) for word in rare]
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [rare, lexemes, _COUNTED])
        rows = cursor.fetchall()
    guarded = [within for _, within, is_guarded in rows if is_guarded and within]
    allowed = candidates.visible(guarded, user)
    for word, within, is_guarded in rows:
        if not is_guarded or within in allowed:
            found[word] = found.get(word, 0) + 1
    return found


def corrected(query: Query, unknown: Sequence[str], user: User | AnonymousUser) -> Query | None:
    """`query` with misspelt words replaced, each by the likeliest that something visible holds.

    None where there is nothing to replace, or nothing to replace it by.
    """
    proposed = spelling.candidates(word for word in unknown if word in query.loose_words)
    known = held(sorted({word for pairs in proposed.values() for _, word in pairs}), user)
    corrections: dict[str, str] = {}
    for word, pairs in proposed.items():
        visible = [
            (apart, other[0] != word[0], -known[other], other[-1] != word[-1], other)
            for apart, other in pairs
            if other in known
        ]
        if visible:
            corrections[word] = min(visible)[-1]
    return query.corrected(corrections) if corrections else None
