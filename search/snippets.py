"""Showing where the words were found: titles and one passage, cut into marked and plain pieces.

Pieces are plain text; a template puts <mark> around the marked ones and escapes all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from search import words
from search.index import CONFIGURATION

_LENGTH = 240


@dataclass(frozen=True)
class Piece:
    text: str
    marked: bool = False


class Marker:
    """Knows every form in which the words of one query may stand in a text."""

    def __init__(self, looked_for: list[str], importance: Mapping[str, float]) -> None:
        """`importance` says how much it matters that a passage shows a word; 1 where unsaid."""
        self._worth: dict[str, float] = {}
        self._stem: dict[str, str] = {}
        for form, lexeme, word in [
            *((word, word, word) for word in looked_for),
            *_forms(looked_for),
        ]:
            self._stem[form] = lexeme
            self._worth[lexeme] = max(importance.get(word, 1.0), self._worth.get(lexeme, 0.0))
        alternatives = "|".join(sorted(map(re.escape, self._stem), key=len, reverse=True))
        self._forms = re.compile(rf"(?<![^\W_])(?:{alternatives})(?![^\W_])")

    def pieces(self, text: str) -> list[Piece]:
        """`text`, with the words that were looked for marked."""
        cut: list[Piece] = []
        done = 0
        for match in re.finditer(r"[^\W_]+", text):
            if self._forms.fullmatch(words.fold(match[0])):
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
        lines = text.split("\n")
        best = next((number for number, line in enumerate(lines) if len(line) > 40), 0)
        most = 0.0
        for number, line in enumerate(lines):
            found = self._forms.findall(words.fold(line))
            if not found:
                continue
            worth = sum(self._worth[lexeme] for lexeme in {self._stem[form] for form in found})
            worth += min(len(line), 80) / 1000  # a heading that repeats a word says little
            if worth > most:
                best, most = number, worth
        return self._around(lines[best])

    def _around(self, line: str) -> str:
        """As much of `line` as there is room for, about the first word that was looked for."""
        if len(line) <= _LENGTH:
            return line
        first = self._forms.search(words.fold(line))
        start = max(min(first.start() - 60, len(line) - _LENGTH), 0) if first else 0
        if start:
            start = line.find(" ", start) + 1
        end = line.rfind(" ", start, start + _LENGTH)
        end = end if end > start and start + _LENGTH < len(line) else start + _LENGTH
        return ("… " if start else "") + line[start:end] + (" …" if end < len(line) else "")


def _forms(looked_for: list[str]) -> list[tuple[str, str, str]]:
    """(form, lexeme, word looked for) of every known word that is found as one of these is."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT known.word, known.lexeme, wanted.word
            FROM unnest(%s::text[]) AS wanted (word)
            CROSS JOIN LATERAL unnest(to_tsvector(%s::regconfig, wanted.word)) AS stem
            JOIN search_word AS known ON known.lexeme = stem.lexeme
            LIMIT 500
            """,
            [looked_for, CONFIGURATION],
        )
        return list(cursor.fetchall())
