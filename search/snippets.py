"""Showing where the words were found: titles and one passage, cut into marked and plain pieces.

Pieces are plain text; a template puts <mark> around the marked ones and escapes all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from search import words
from search.entry import NOT_SHOWN

MOST_READ = 20_000  # characters of a document; what is found further down goes unmarked
READ_FIRST = 4_000  # most documents show what was looked for so far; only the others are read on
_LENGTH = 240
_MOST_PLACES = 6  # of one word in one text
_MOST_STEMS = 12
_NEAR = 100  # characters, in which the neighbour of a word is looked for
_TOKEN = re.compile(r"[^\W_]+")
_CUT = re.compile(r"([^\W_]+)")


class Piece(NamedTuple):
    text: str
    marked: bool = False


class Marker:
    """Knows the words of one query, in whatever form they may stand in a text."""

    def __init__(
        self, worth: Mapping[str, float], beside: Mapping[str, frozenset[str]] | None = None
    ) -> None:
        """`worth` says for each lexeme how much it matters that a passage shows it; `beside` for
        those that mean nothing alone which others must stand next to them."""
        self._worth = worth
        self._beside = beside or {}
        first = sorted(worth, key=lambda lexeme: (-worth[lexeme], lexeme))[:_MOST_STEMS]
        self._beginnings = {lexeme: _beginning(lexeme) for lexeme in first}

    def pieces(self, text: str) -> list[Piece]:
        """`text`, with the words that were looked for marked."""
        # What is between the words stands at the even places, the words at the odd ones.
        parts = _CUT.split(text)
        cut: list[Piece] = []
        done = 0
        for number, is_sought in enumerate(map(self._worth.__contains__, map(_stem, parts[1::2]))):
            place = 2 * number + 1
            if is_sought and self._is_meant(parts, place):
                if before := "".join(parts[done:place]):
                    cut.append(Piece(before))
                cut.append(Piece(parts[place], marked=True))
                done = place + 1
        if rest := "".join(parts[done:]):
            cut.append(Piece(rest))
        return cut

    def _is_meant(self, parts: Sequence[str], place: int) -> bool:
        lexeme = _stem(parts[place])
        if lexeme not in self._beside:
            return True
        start = len("".join(parts[:place]))
        return self._stands(lexeme, "".join(parts), start, start + len(parts[place]))

    def best(self, text: str) -> str:
        """The passage (line) of `text` that shows most of the words; the first that says
        something where none does. What stands at its beginning is preferred."""
        text = text.split(NOT_SHOWN, 1)[0]
        shown = self._shown(text[:READ_FIRST]) or self._shown(text[:MOST_READ])
        if not shown:
            start = _first_that_says_something(text)
            return _around(text[start : _end_of_line(text, start)], 0)
        best, most, first = 0, 0.0, 0
        for start, found in sorted(shown.items()):
            worth = sum(map(self._worth.__getitem__, found))
            # A heading that repeats a word says little.
            worth += min(_end_of_line(text, start) - start, 80) / 1000
            if worth > most:
                best, most, first = start, worth, min(found.values())
        return _around(text[best : _end_of_line(text, best)], first - best)

    def shows(self, text: str) -> bool:
        """Whether one of the words stands in what may be shown of `text`, or nothing follows."""
        return NOT_SHOWN in text or bool(self._shown(text))

    def _shown(self, text: str) -> dict[int, dict[str, int]]:
        """By where a line of `text` begins, the words that it shows, each with its first place."""
        lowered = text.lower()
        shown: dict[int, dict[str, int]] = {}
        for lexeme, beginning in self._beginnings.items():
            place = -1
            for _ in range(_MOST_PLACES):
                place = lowered.find(beginning, place + 1)
                if place < 0:
                    break
                if place and lowered[place - 1].isalnum():
                    continue
                match = _TOKEN.match(text, place)
                if (
                    match
                    and _stem(match[0]) == lexeme
                    and self._stands(lexeme, text, *match.span())
                ):
                    line = shown.setdefault(text.rfind("\n", 0, place) + 1, {})
                    line.setdefault(lexeme, place)
        return shown

    def _stands(self, lexeme: str, text: str, start: int, end: int) -> bool:
        """Whether a lexeme that was met in `text` means something there: it does alone, or it
        stands beside one that it needs."""
        beside = self._beside.get(lexeme)
        if beside is None:
            return True
        before = words.stems(text[max(start - _NEAR, 0) : start])[-1:]
        return not beside.isdisjoint(before + words.stems(text[end : end + _NEAR])[:1])


def holds(text: str, phrase: Sequence[str]) -> bool:
    """Whether the lexemes of `phrase` stand side by side somewhere in `text`."""
    folded = words.fold(text)
    beginning = _beginning(phrase[0])
    room = (words.MAX_WORD + 20) * len(phrase)
    place = folded.find(beginning)
    while place >= 0:
        if place == 0 or not folded[place - 1].isalnum():
            found = words.stems(folded[place : place + room])[: len(phrase)]
            if tuple(found) == tuple(phrase):
                return True
        place = folded.find(beginning, place + 1)
    return False


def _beginning(lexeme: str) -> str:
    """What every form of a word begins with: "happy" is stemmed to "happi"."""
    return lexeme[:-1] if lexeme.endswith("i") and len(lexeme) > 2 else lexeme


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return words.stem(words.fold(word)[: words.MAX_WORD])


def _first_that_says_something(text: str) -> int:
    start = 0
    while start < len(text):
        end = _end_of_line(text, start)
        if end - start > 40:
            return start
        start = end + 1
    return 0


def _end_of_line(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _around(line: str, first: int) -> str:
    """As much of `line` as there is room for, about the place of the first word in it."""
    if len(line) <= _LENGTH:
        return line
    start = max(min(first - 60, len(line) - _LENGTH), 0)
    if start:
        start = line.find(" ", start) + 1
    end = line.rfind(" ", start, start + _LENGTH)
    end = end if end > start and start + _LENGTH < len(line) else start + _LENGTH
    return ("… " if start else "") + line[start:end] + (" …" if end < len(line) else "")
