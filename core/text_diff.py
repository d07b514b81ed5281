"""The differences between two texts: line by line, with the words marked inside changed lines.

The effort is limited, in comparisons and not in seconds, so that the answer is always the same.
When it is spent, changed words are not marked, and long rewritten parts are shown as replaced.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from core.anchors import anchors
from core.pairing import in_order

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_EFFORT = 20_000_000  # comparisons that one pair of texts may cost at worst: about two seconds

Code = tuple[str, int, int, int, int]
"""One of `SequenceMatcher.get_opcodes`: equal, replace, delete or insert, and both ranges."""
Place = tuple[int, int, int, int]
"""A range of lines before, and one after."""


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
    """Return the way from `old` to `new`, with `context` unchanged lines around each change."""
    before, after = old.split("\n"), new.split("\n")
    effort = _Effort()
    found: list[Line] = []
    for group in _groups(_codes(before, after, effort), context):
        if found or group[0][1] > 0:
            found.append(Line("gap", []))
        for tag, a, b, c, d in group:
            if tag == "equal":
                found += [Line("same", [Piece(line)]) for line in before[a:b]]
            else:
                removed, added = _changed(before[a:b], after[c:d], effort)
                found += removed + added
    return found


def sides(theirs: str, yours: str) -> tuple[list[Line], list[Line]]:
    """Return both texts whole, each with its own lines and words marked where the other differs."""
    left, right = theirs.split("\n"), yours.split("\n")
    effort = _Effort()
    out_left: list[Line] = []
    out_right: list[Line] = []
    for tag, a, b, c, d in _codes(left, right, effort):
        if tag == "equal":
            same = [Line("same", [Piece(line)]) for line in left[a:b]]
            out_left += same
            out_right += same
        else:
            removed, added = _changed(left[a:b], right[c:d], effort)
            out_left += removed
            out_right += added
    return out_left, out_right


def _groups(codes: list[Code], context: int) -> Iterator[list[Code]]:
    """Yield the changes that are near each other, with `context` equal lines around them."""
    group: list[Code] = []
    for number, (tag, a, b, c, d) in enumerate(codes):
        if tag != "equal":
            group.append((tag, a, b, c, d))
            continue
        before = min(b - a, context) if number else 0
        after = min(b - a, context) if number + 1 < len(codes) else 0
        if before + after >= b - a and number and after:
            group.append((tag, a, b, c, d))
            continue
        if before:
            group.append((tag, a, a + before, c, c + before))
        if group:
            yield group
        group = [(tag, b - after, b, d - after, d)] if after else []
    if any(code[0] != "equal" for code in group):
        yield group


class _Effort:
    """The comparisons that are left."""

    def __init__(self) -> None:
        self._left = _EFFORT

    def allows(self, before: Sequence[str], after: Sequence[str]) -> bool:
        """Return True, and count them as made, if the two may be compared in full."""
        times = Counter(after)
        pairs = len(before) + len(after) + sum(times[one] for one in before)
        most = pairs * min(len(before), len(after))
        if most > self._left:
            return False
        self._left -= most
        return True


def _codes(before: Sequence[str], after: Sequence[str], effort: _Effort) -> list[Code]:
    """Return the codes from `before` to `after`; too long ones meet only in unique lines."""
    start = _in_common(zip(before, after, strict=False))
    end = _in_common(zip(reversed(before[start:]), reversed(after[start:]), strict=False))
    a, c = len(before) - end, len(after) - end
    codes: list[Code] = [("equal", 0, start, 0, start)]
    if effort.allows(before[start:a], after[start:c]):
        codes += _compared(before, after, (start, a, start, c))
    else:
        met = anchors(before[start:a], after[start:c])
        meetings = [(start + here, start + there) for here, there in met]
        for (was_a, was_c), (is_a, is_c) in pairwise([(start - 1, start - 1), *meetings, (a, c)]):
            place = (was_a + 1, is_a, was_c + 1, is_c)
            codes += _between(before, after, place, effort)
            codes.append(("equal", is_a, is_a + 1, is_c, is_c + 1))
        codes.pop()
    return _joined([*codes, ("equal", a, len(before), c, len(after))])


def _in_common(pairs: Iterator[tuple[str, str]]) -> int:
    number = 0
    for one, other in pairs:
        if one != other:
            break
        number += 1
    return number


def _between(
    before: Sequence[str], after: Sequence[str], place: Place, effort: _Effort
) -> Iterator[Code]:
    a, b, c, d = place
    if effort.allows(before[a:b], after[c:d]):
        yield from _compared(before, after, place)
    else:
        yield "replace", a, b, c, d


def _compared(before: Sequence[str], after: Sequence[str], place: Place) -> Iterator[Code]:
    a, b, c, d = place
    matcher = SequenceMatcher(None, before[a:b], after[c:d], autojunk=False)
    for tag, e, f, g, h in matcher.get_opcodes():
        yield tag, a + e, a + f, c + g, c + h


def _joined(codes: list[Code]) -> list[Code]:
    """Return `codes` without empty ones, and with neighbours of one kind made one."""
    joined: list[Code] = []
    for tag, a, b, c, d in codes:
        if a == b and c == d:
            continue
        if joined and joined[-1][0] == tag:
            _, start, _, other, _ = joined.pop()
            a, c = start, other
        joined.append((tag, a, b, c, d))
    return joined


def _changed(before: list[str], after: list[str], effort: _Effort) -> tuple[list[Line], list[Line]]:
    removed: list[Line] = []
    added: list[Line] = []
    for old, new in in_order(before, after):
        left, right = _words(
            before[old] if old is not None else None,
            after[new] if new is not None else None,
            effort,
        )
        removed += [Line("removed", left)] if old is not None else []
        added += [Line("added", right)] if new is not None else []
    return removed, added


def _words(old: str | None, new: str | None, effort: _Effort) -> tuple[list[Piece], list[Piece]]:
    if old is None or new is None:
        return [Piece(old or "")], [Piece(new or "")]
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if not effort.allows(before, after):
        return [Piece(old)], [Piece(new)]
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
