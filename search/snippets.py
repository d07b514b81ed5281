"""Showing where the words were found: titles and one passage, cut into marked and plain pieces.

Pieces are plain text; a template puts <mark> around the marked ones and escapes all of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from search import words
from search.entry import NOT_SHOWN

MOST_READ = 20_000  # characters of a document; what is found further down goes unmarked
READ_FIRST = 4_000  # most documents show what was looked for so far; only the others are read on
_LENGTH = 240
_MOST_PLACES = 6  # of one word in one text
_MOST_STEMS = 12
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Piece:
    text: str
    marked: bool = False


class Marker:
    """Knows the words of one query, in whatever form they may stand in a text."""

    def __init__(self, worth: Mapping[str, float]) -> None:
        """`worth` says for each lexeme how much it matters that a passage shows it."""
        self._worth = worth
        first = sorted(worth, key=lambda lexeme: (-worth[lexeme], lexeme))[:_MOST_STEMS]
        self._beginnings = {lexeme: _beginning(lexeme) for lexeme in first}

    def pieces(self, text: str) -> list[Piece]:
        """`text`, with the words that were looked for marked."""
        cut: list[Piece] = []
        done = 0
        for match in _TOKEN.finditer(text):
            if _stem(match[0]) in self._worth:
                if match.start() > done:
                    cut.append(Piece(text[done : match.start()]))
                cut.append(Piece(match[0], marked=True))
                done = match.end()
        if done < len(text):
            cut.append(Piece(text[done:]))
        return cut

    def best(self, text: str) -> str:
        """The passage (line) of `text` that shows most of the words; the first that says
        something where none does."""
        text = text.split(NOT_SHOWN, 1)[0]
        shown = defaultdict[int, dict[str, int]](dict)
        for lexeme, place in self._places(text):
            shown[text.rfind("\n", 0, place) + 1].setdefault(lexeme, place)
        best, most, first = 0, 0.0, 0
        for start, found in sorted(shown.items()):
            worth = sum(self._worth[lexeme] for lexeme in found)
            # A heading that repeats a word says little.
            worth += min(_end_of_line(text, start) - start, 80) / 1000
            if worth > most:
                best, most, first = start, worth, min(found.values())
        if not shown:
            best = first = _first_that_says_something(text)
        return _around(text[best : _end_of_line(text, best)], first - best)

    def shows(self, text: str) -> bool:
        """Whether one of the words stands in what may be shown of `text`, or nothing follows."""
        return NOT_SHOWN in text or any(True for _ in self._places(text))

    def _places(self, text: str) -> Iterator[tuple[str, int]]:
        lowered = text.lower()
        for lexeme, beginning in self._beginnings.items():
            place = -1
            for _ in range(_MOST_PLACES):
                place = lowered.find(beginning, place + 1)
                if place < 0:
                    break
                match = _TOKEN.match(text, place)
                is_start = place == 0 or not lowered[place - 1].isalnum()
                if match and is_start and _stem(match[0]) == lexeme:
                    yield lexeme, place


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
