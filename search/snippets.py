"""Snippets: titles and one passage, cut into marked and plain pieces.

Pieces are plain text; a template puts <mark> around the marked ones and escapes all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from search import analyzer
from search.index_entry import NOT_SHOWN

MAX_READ = 20_000  # characters of a document; words further down are not marked
READ_FIRST = (
    4_000  # characters; most documents show a query word by then, only the others are read on
)
_LENGTH = 240
# Lines of a text in which a word is searched: alone, or together with others.
_MAX_LINES, _MAX_LINES_OF_SEVERAL = 3, 6
_MAX_TRIES = 18  # places that start like the word but may be another
_MAX_STEMS = 12
_NEAR = 100  # characters to search for the neighbour of a word
_TOKEN = re.compile(r"[^\W_]+")
_OTHER_LETTERS = re.compile(r"[^\W\x00-\x7f]")


class Piece(NamedTuple):
    text: str
    marked: bool = False


class Highlighter:
    """Highlighter of the words of one query, in every form they may have in a text."""

    def __init__(
        self, worth: Mapping[str, float], beside: Mapping[str, frozenset[str]] | None = None
    ) -> None:
        """`worth` weighs each lexeme for choosing a passage; `beside` lists, for lexemes that mean
        nothing alone, the neighbours they need."""
        self._worth = worth
        self._beside = beside or {}
        first = sorted(worth, key=lambda lexeme: (-worth[lexeme], lexeme))[:_MAX_STEMS]
        self._beginnings = [
            (lexeme, beginning) for lexeme in first for beginning in analyzer.prefixes(lexeme)
        ]
        self._knows_all_beginnings = len(first) == len(worth)
        self._most_lines = _MAX_LINES_OF_SEVERAL if len(worth) > 1 else _MAX_LINES

    def pieces(self, text: str) -> list[Piece]:
        """Return `text` in pieces, with the query words marked."""
        is_quick = self._knows_all_beginnings and _has_plain_letters(text)
        places = sorted(self._places_by_prefix(text) if is_quick else self._places(text))
        cut: list[Piece] = []
        done = 0
        for start, end in places:
            if start > done:
                cut.append(Piece(text[done:start]))
            cut.append(Piece(text[start:end], marked=True))
            done = end
        if done < len(text):
            cut.append(Piece(text[done:]))
        return cut

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places of query words, by looking at each word of `text`."""
        for match in _TOKEN.finditer(text):
            lexeme = _stem(match[0])
            if lexeme in self._worth and self._is_meaningful(lexeme, text, *match.span()):
                yield match.span()

    def _places_by_prefix(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the same for a text without accents."""
        lowered = text.lower()
        for lexeme, beginning in self._beginnings:
            place = lowered.find(beginning)
            while place >= 0:
                if end := self._end_of(lexeme, text, lowered, place):
                    yield place, end
                place = lowered.find(beginning, place + 1)

    def _end_of(self, lexeme: str, text: str, lowered: str, place: int) -> int:
        """Return the end of the word at `place` if it is a meaningful form of `lexeme`; else 0."""
        if place and lowered[place - 1].isalnum():
            return 0
        match = _TOKEN.match(text, place)
        if match is None or _stem(match[0]) != lexeme:
            return 0
        end = match.end()
        return end if not self._beside or self._is_meaningful(lexeme, text, place, end) else 0

    def best_passage(self, text: str) -> str:
        """Return the passage (line) of `text` with the most query words, preferring the start of
        the text; without any, the first line long enough to say something."""
        if (hidden := text.find(NOT_SHOWN)) >= 0:
            text = text[:hidden]
        shown = self._lines(text[:READ_FIRST]) or self._lines(text[:MAX_READ])
        if not shown:
            start = _first_that_says_something(text)
            return _around(text[start : _end_of_line(text, start)], 0)
        best, most, first = 0, 0.0, 0
        for start, found in sorted(shown.items()):
            worth = sum(map(self._worth.__getitem__, found))
            # Longer lines win: a heading that only repeats a word says little.
            worth += min(_end_of_line(text, start) - start, 80) / 1000
            if worth > most:
                best, most, first = start, worth, min(found.values())
        return _around(text[best : _end_of_line(text, best)], first - best)

    def shows(self, text: str) -> bool:
        """Return True if a query word occurs in the part of `text` that may be shown, or if nothing
        follows."""
        return NOT_SHOWN in text or bool(self._lines(text))

    def _lines(self, text: str) -> dict[int, dict[str, int]]:
        """Return the query words in each line of `text`, by its start, with their first places."""
        lowered = text.lower()
        shown: dict[int, dict[str, int]] = {}
        for lexeme, beginning in self._beginnings:
            place = lowered.find(beginning)
            lines = tries = 0
            while place >= 0 and lines < self._most_lines and tries < _MAX_TRIES:
                tries += 1
                if self._end_of(lexeme, text, lowered, place):
                    lines += 1
                    line = shown.setdefault(text.rfind("\n", 0, place) + 1, {})
                    line[lexeme] = min(line.get(lexeme, place), place)
                    place = _end_of_line(text, place)  # the first in each line will do
                place = lowered.find(beginning, place + 1)
        return shown

    def _is_meaningful(self, lexeme: str, text: str, start: int, end: int) -> bool:
        """Return True if a lexeme found in `text` is meaningful there: alone, or beside a neighbour
        it needs."""
        beside = self._beside.get(lexeme)
        if beside is None:
            return True
        before = analyzer.stems(text[max(start - _NEAR, 0) : start])[-1:]
        return not beside.isdisjoint(before + analyzer.stems(text[end : end + _NEAR])[:1])


def contains_phrase(text: str, phrase: Sequence[str]) -> bool:
    """Return True if the lexemes of `phrase` occur side by side in `text`."""
    folded = analyzer.fold(text)
    room = (analyzer.MAX_WORD + 20) * len(phrase)
    for beginning in analyzer.prefixes(phrase[0]):
        place = folded.find(beginning)
        while place >= 0:
            if place == 0 or not folded[place - 1].isalnum():
                found = analyzer.stems(folded[place : place + room])[: len(phrase)]
                if tuple(found) == tuple(phrase):
                    return True
            place = folded.find(beginning, place + 1)
    return False


def _has_plain_letters(text: str) -> bool:
    """Return True if removing accents changes no letter of `text`; quotes and dashes may change."""
    return text.isascii() or not _OTHER_LETTERS.search(text)


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return analyzer.stem(analyzer.fold(word)[: analyzer.MAX_WORD])


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
    """Return as much of `line` as fits, around the place of the first query word."""
    if len(line) <= _LENGTH:
        return line
    start = max(min(first - 60, len(line) - _LENGTH), 0)
    if start:
        start = line.find(" ", start) + 1
    end = line.rfind(" ", start, start + _LENGTH)
    end = end if end > start and start + _LENGTH < len(line) else start + _LENGTH
    return ("… " if start else "") + line[start:end] + (" …" if end < len(line) else "")
