"""Removed passages into which the other side wrote.

A removed sentence can be told in several ways: from the full stop before it up to its own, or
from its first word up to the blank after it. Read one way, words that were typed at the end of
the passage seem to follow it, and would end up in the sentence before. Here such a removal is
moved to the right, as far as it says the same, until it begins with a word or encloses them.
"""

from __future__ import annotations

from itertools import zip_longest

from core.merging.diff import Hunk
from core.merging.side import Side
from core.merging.tokens import Vocabulary


def is_passage(ids: list[int], words: Vocabulary) -> bool:
    """Return True if the tokens reach over the end of a line or of a sentence."""
    return any(words.is_break(number) or words.ends_sentence(number) for number in ids)


def aligned(side: Side, other: Side, words: Vocabulary) -> Side:
    """Return `side` with the passages it removed moved so that they enclose what `other` wrote."""
    hunks: list[Hunk] = []
    at = 0
    for hunk, after in zip_longest(side.hunks, side.hunks[1:]):
        while at < len(other.hunks) and other.hunks[at].start <= hunk.start:
            at += 1
        ids = side.base.ids[hunk.start : hunk.end]
        if hunk.removes and not hunk.inserts and is_passage(ids, words):
            most = _most(hunk, side.base.ids, after.start if after else len(side.base.ids), words)
            least, most = _moves(hunk, most, side.base.ids, other, at)
            move = _to_line(hunk.start, least, most, side.base.ids, words)
            hunk = Hunk(*(position + move for position in hunk))
        hunks.append(hunk)
    return Side(side.base, side.other, hunks)


def _most(hunk: Hunk, ids: list[int], stop: int, words: Vocabulary) -> int:
    """Return how far to the right the removal says the same, over no word and ending by `stop`."""
    most = 0
    while hunk.end + most < stop and ids[hunk.start + most] == ids[hunk.end + most]:
        if words.is_word[ids[hunk.end + most]]:
            break
        most += 1
    return most


def _moves(hunk: Hunk, most: int, ids: list[int], other: Side, at: int) -> tuple[int, int]:
    """Return by how many tokens at least and at most to move a removal, up to `most`.

    `at` is the first change of the other side that begins after the removal does.
    """
    encloses, least = False, 0
    most = min(most, hunk.end - hunk.start - 1)
    while at < len(other.hunks) and other.hunks[at].start < hunk.end:
        written = other.hunks[at]
        if written.end > hunk.end:
            return 0, 0
        encloses = True
        most = min(most, written.start - 1 - hunk.start)
        at += 1
    while at < len(other.hunks) and other.hunks[at].start < hunk.end + most:
        written = other.hunks[at]
        if written.start > hunk.end or written.removes:
            most = written.start - hunk.end
            break
        if not _slides(written, most, ids, other.other.ids):
            encloses, least = True, 1
        at += 1
    return (least, most) if encloses else (0, 0)


def _to_line(start: int, least: int, most: int, ids: list[int], words: Vocabulary) -> int:
    """Return the furthest move after which a removal at `start` begins a line, else `most`."""
    for move in range(most, least - 1, -1):
        before = start + move - 1
        if before < 0 or words.is_break(ids[before]):
            return move
    return most


def _slides(written: Hunk, by: int, ids: list[int], other: list[int]) -> bool:
    """Return True if an insertion says the same `by` tokens further to the right."""
    return ids[written.end : written.end + by] == other[written.first : written.first + by]
