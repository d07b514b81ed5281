"""Did you mean: words that the person may know of, in place of words that nothing visible holds."""

from __future__ import annotations

import string
from collections.abc import Iterable
from typing import Any

from django.db import connection

_MOST_CANDIDATES = 8
_MOST_WORDS = 4
_MOST_ALIKE = 40

_ONE_OFF = "SELECT word FROM search_word WHERE word = ANY(%s)"
_ALIKE = """
UNION (SELECT word FROM search_word WHERE lower(word) %% %s
    ORDER BY similarity(lower(word), %s) DESC, word LIMIT %s)
"""


def candidates(misspelt: Iterable[str]) -> dict[str, list[tuple[int, str]]]:
    """For each word the likely ones as (distance, word), nearest first. At most four words are
    looked at, in one query.

    The words come from all documents, those of restricted incidents included: the caller must
    not show one before a document that the person may see was found by it.
    """
    wanted = [word for word in misspelt if word.isalpha() and _allowed(word)][:_MOST_WORDS]
    if not wanted:
        return {}
    known = _known(wanted)
    return {word: near for word in wanted if (near := _nearest(word, known))}


def _known(wanted: list[str]) -> set[str]:
    """Words that share parts with one of `wanted`, and those that are one slip away."""
    made = {made for word in wanted if word.isascii() and len(word) <= 12 for made in one_off(word)}
    asked: list[Any] = [list(made)]
    for word in wanted:
        asked += [word, word, _MOST_ALIKE]
    with connection.cursor() as cursor:
        cursor.execute(_ONE_OFF + _ALIKE * len(wanted), asked)
        return {word for (word,) in cursor.fetchall()}


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


def one_off(word: str) -> set[str]:
    """Every string one slip away: a letter too many, too few, another, or two exchanged."""
    halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    letters = string.ascii_lowercase
    made = {left + right[1:] for left, right in halves if right}
    made |= {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    made |= {left + letter + right[1:] for left, right in halves if right for letter in letters}
    made |= {left + letter + right for left, right in halves for letter in letters}
    return made


def distance(one: str, other: str) -> int:
    """How many slips lie between two words; exchanging two neighbours is one slip."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
