"""What differs between two texts: line by line, with the words marked inside changed lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from core.pairing import in_order

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST_LINE = 2_000  # words of longer lines are not compared: it would take too long


@dataclass(frozen=True)
class Piece:
    """Some text of a line; `changed` where the other side has not got it."""

    text: str
    changed: bool = False


@dataclass(frozen=True)
class Line:
    """A line of one side. `gap` stands for lines left out because both sides have them."""

    kind: Literal["same", "removed", "added", "gap"]
    pieces: list[Piece]


def changes(old: str, new: str, *, context: int = 3) -> list[Line]:
    """The way from `old` to `new`, with `context` unchanged lines around each change."""
    before, after = old.split("\n"), new.split("\n")
    matcher = SequenceMatcher(None, before, after, autojunk=len(before) > 2_000)
    found: list[Line] = []
    for group in matcher.get_grouped_opcodes(context):
        if found or group[0][1] > 0:
            found.append(Line("gap", []))
        for tag, a, b, c, d in group:
            if tag == "equal":
                found += [Line("same", [Piece(line)]) for line in before[a:b]]
            else:
                removed, added = _changed(before[a:b], after[c:d])
                found += removed + added
    return found


def sides(theirs: str, yours: str) -> tuple[list[Line], list[Line]]:
    """Both texts whole, each with its own lines and words marked where the other differs."""
    left, right = theirs.split("\n"), yours.split("\n")
    out_left: list[Line] = []
    out_right: list[Line] = []
    for tag, a, b, c, d in SequenceMatcher(None, left, right).get_opcodes():
        if tag == "equal":
            same = [Line("same", [Piece(line)]) for line in left[a:b]]
            out_left += same
            out_right += same
        else:
            removed, added = _changed(left[a:b], right[c:d])
            out_left += removed
            out_right += added
    return out_left, out_right


def _changed(before: list[str], after: list[str]) -> tuple[list[Line], list[Line]]:
    removed: list[Line] = []
    added: list[Line] = []
    for old, new in in_order(before, after):
        left, right = _words(
            before[old] if old is not None else None, after[new] if new is not None else None
        )
        removed += [Line("removed", left)] if old is not None else []
        added += [Line("added", right)] if new is not None else []
    return removed, added


def _words(old: str | None, new: str | None) -> tuple[list[Piece], list[Piece]]:
    if old is None or new is None or max(len(old), len(new)) > _LONGEST_LINE:
        return [Piece(old or "")], [Piece(new or "")]
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < 0.4:  # two lines with nothing in common: marking words only confuses
        return [Piece(old)], [Piece(new)]
    codes = matcher.get_opcodes()
    return (
        list(_pieces(before, [(tag, a, b) for tag, a, b, _, _ in codes])),
        list(_pieces(after, [(tag, c, d) for tag, _, _, c, d in codes])),
    )


def _pieces(words: list[str], codes: list[tuple[str, int, int]]) -> Iterator[Piece]:
    for tag, start, end in codes:
        if end > start:
            yield Piece("".join(words[start:end]), changed=tag != "equal")
