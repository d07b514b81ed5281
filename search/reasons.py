"""Reasons for a result, in words."""

from __future__ import annotations

from collections.abc import Iterable

from core.templatetags.ui import Piece
from search.criteria import Criteria
from search.engine import Hit
from search.refinements import chips


def reasons(hit: Hit, criteria: Criteria) -> list[str]:
    """Return the parts of the query that a result matches: the words it shows, and the filters."""
    found = []
    if words := _marked(hit.title):
        found.append(f"{words} in the title")
    if words := _marked(hit.snippet):
        found.append(f"{words} in the text")
    if criteria.words and not found:
        found.append(f"contains the words of “{criteria.words}”")
    if criteria.words and not hit.is_complete:
        found.append("contains only some of the words")
    return found + [chip.text for chip in chips(criteria)]


def _marked(pieces: Iterable[Piece]) -> str:
    words = dict.fromkeys(piece.text.lower() for piece in pieces if piece.marked)
    return ", ".join(f"“{word}”" for word in words)
