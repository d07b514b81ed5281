"""Spelling correction: candidates for words that occur in nothing visible."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from rapidfuzz.distance.OSA import distance  # an exchange of two neighbours counts as one slip

from search import statistics

_MAX_CANDIDATES = 8
_MAX_WORDS = 4
_MAX_ALIKE = 40

# The frequencies of the words come along, because each candidate needs its own next.
_FOUND = """
SELECT word, lexeme, {counted}
FROM ({words}) AS alike LEFT JOIN search_keystatistic ON key = lexeme
"""
# As one text: sending a list of hundreds takes longer than looking it up.
_ONE_SLIP = "SELECT word, lexeme FROM search_word WHERE word = ANY(string_to_array(%s, ' '))"
_ALIKE = """(SELECT word, lexeme FROM search_word WHERE lower(word) %% %s
    ORDER BY similarity(lower(word), %s) DESC, word LIMIT %s)
"""

Candidates = dict[str, list[tuple[int, str]]]
"""Candidates for each word as (distance, word), nearest first.

They come from all documents, restricted incidents included: the caller must not show one before it
has found a document that the user may see.
"""


def correctable(words: Iterable[str]) -> list[str]:
    """Return the first four of the words that may be misspelt rather than a number or a name."""
    return [word for word in words if word.isalpha() and _allowed(word)][:_MAX_WORDS]


def within_one_edit(misspelt: Sequence[str]) -> Candidates:
    """Find words one edit away, which covers nearly every slip, in one quick query."""
    made = {
        made
        for word in misspelt
        if word.isascii() and len(word) <= 12
        for made in one_edit_variants(word)
    }
    return _near(misspelt, _ONE_SLIP, [" ".join(sorted(made))]) if made else {}


def similar_words(misspelt: Sequence[str]) -> Candidates:
    """Find words that share trigrams with these, in one query that reads many of them."""
    asked = [part for word in misspelt for part in (word, word, _MAX_ALIKE)]
    return _near(misspelt, " UNION ".join([_ALIKE] * len(misspelt)), asked) if misspelt else {}


def _near(misspelt: Sequence[str], words: str, asked: list[Any]) -> Candidates:
    with connection.cursor() as cursor:
        cursor.execute(_FOUND.format(words=words, counted=statistics.COUNTED), asked)
        rows = cursor.fetchall()
    statistics.remember(row[1:] for row in rows)
    known = {row[0] for row in rows}
    return {word: near for word in misspelt if (near := _nearest(word, known))}


def _nearest(word: str, known: set[str]) -> list[tuple[int, str]]:
    # A longer word with the same start is no correction: `completion` handles unfinished words.
    near = [
        (distance(word, other), other)
        for other in known
        if not other.startswith(word) and _likely(word, other)
    ]
    fit = [(apart, other) for apart, other in near if apart <= _allowed(word)]
    # People seldom get the first letter wrong.
    fit.sort(key=lambda pair: (pair[0], pair[1][0] != word[0], pair[1]))
    return fit[:_MAX_CANDIDATES]


def _allowed(word: str) -> int:
    """Return the most edits that a word of this length may be away."""
    if len(word) < 3:
        return 0
    return 1 if len(word) < 6 else 2 if len(word) < 10 else 3


def _likely(word: str, other: str) -> bool:
    """Return True if `other` is a likely correction. Short words are near to many others, so only
    exchanged letters count."""
    return len(word) > 4 or sorted(word) == sorted(other)


def one_edit_variants(word: str) -> set[str]:
    """Return every string one edit away: a letter inserted, deleted, replaced, or two exchanged."""
    halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    letters = string.ascii_lowercase
    made = {left + right[1:] for left, right in halves if right}
    made |= {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    made |= {left + letter + right[1:] for left, right in halves if right for letter in letters}
    made |= {left + letter + right for left, right in halves for letter in letters}
    return made
