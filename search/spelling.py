"""Did you mean: words that the person may know of, in place of words that nothing visible holds."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from rapidfuzz.distance.OSA import distance  # an exchange of two neighbours counts as one slip

from search import statistics

_MOST_CANDIDATES = 8
_MOST_WORDS = 4
_MOST_ALIKE = 40

# How common the words are comes with them: it is asked next, of each that may have been meant.
_FOUND = """
SELECT word, lexeme, {counted}
FROM ({words}) AS alike LEFT JOIN search_keystatistic ON key = lexeme
"""
# As one text: a list of hundreds takes longer to send than to look up.
_ONE_SLIP = "SELECT word, lexeme FROM search_word WHERE word = ANY(string_to_array(%s, ' '))"
_ALIKE = """(SELECT word, lexeme FROM search_word WHERE lower(word) %% %s
    ORDER BY similarity(lower(word), %s) DESC, word LIMIT %s)
"""

Candidates = dict[str, list[tuple[int, str]]]
"""For each word the likely ones as (distance, word), nearest first.

They come from all documents, those of restricted incidents included: the caller must not show one
before a document that the person may see was found by it.
"""


def correctable(words: Iterable[str]) -> list[str]:
    """The first four of the words that may be misspelt rather than a number or a name."""
    return [word for word in words if word.isalpha() and _allowed(word)][:_MOST_WORDS]


def within_one_edit(misspelt: Sequence[str]) -> Candidates:
    """What nearly every slip is: in one query that is quick, whatever words there are."""
    made = {
        made
        for word in misspelt
        if word.isascii() and len(word) <= 12
        for made in one_edit_variants(word)
    }
    return _near(misspelt, _ONE_SLIP, [" ".join(sorted(made))]) if made else {}


def similar_words(misspelt: Sequence[str]) -> Candidates:
    """Words that share parts with those, in one query that looks at many of them."""
    asked = [part for word in misspelt for part in (word, word, _MOST_ALIKE)]
    return _near(misspelt, " UNION ".join([_ALIKE] * len(misspelt)), asked) if misspelt else {}


def _near(misspelt: Sequence[str], words: str, asked: list[Any]) -> Candidates:
    with connection.cursor() as cursor:
        cursor.execute(_FOUND.format(words=words, counted=statistics.COUNTED), asked)
        rows = cursor.fetchall()
    statistics.remember(row[1:] for row in rows)
    known = {row[0] for row in rows}
    return {word: near for word in misspelt if (near := _nearest(word, known))}


def _nearest(word: str, known: set[str]) -> list[tuple[int, str]]:
    # A word that only goes on is no correction: unfinished words are completed elsewhere.
    near = [
        (distance(word, other), other)
        for other in known
        if not other.startswith(word) and _likely(word, other)
    ]
    fit = [(apart, other) for apart, other in near if apart <= _allowed(word)]
    # People seldom miss the first letter.
    fit.sort(key=lambda pair: (pair[0], pair[1][0] != word[0], pair[1]))
    return fit[:_MOST_CANDIDATES]


def _allowed(word: str) -> int:
    """How many slips one makes at most in a word of this length."""
    if len(word) < 3:
        return 0
    return 1 if len(word) < 6 else 2 if len(word) < 10 else 3


def _likely(word: str, other: str) -> bool:
    """Short words are near to many others: there only exchanged letters count as a slip."""
    return len(word) > 4 or sorted(word) == sorted(other)


def one_edit_variants(word: str) -> set[str]:
    """Every string one slip away: a letter too many, too few, another, or two exchanged."""
    halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    letters = string.ascii_lowercase
    made = {left + right[1:] for left, right in halves if right}
    made |= {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    made |= {left + letter + right[1:] for left, right in halves if right for letter in letters}
    made |= {left + letter + right for left, right in halves for letter in letters}
    return made
