"""Positions in a text, carried over to the text that it became."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from core.merging.diff import Hunk, changes
from core.merging.tokens import Tokens, Vocabulary


def moved(before: str, after: str, ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return where each range of `before`, in code points, is in `after`.

    A range keeps the words that it had. One whose words were replaced covers what replaced them;
    one whose words were removed is empty, at the place where they were. Both texts have `\\n` line
    ends.
    """
    words = Vocabulary()
    old, new = words.cut(before), words.cut(after)
    mapping = _Mapping(old, new, changes(old.ids, new.ids, words))
    return [mapping.range(start, end) for start, end in ranges]


class _Mapping:
    def __init__(self, old: Tokens, new: Tokens, hunks: list[Hunk]) -> None:
        self.hunks = hunks
        self.starts = [hunk.start for hunk in hunks]
        self.old = _offsets(old)
        self.new = _offsets(new)

    def range(self, start: int, end: int) -> tuple[int, int]:
        if start >= end:
            place = self._of(start, is_end=False)
            return place, place
        first = self._of(start, is_end=False)
        return first, max(first, self._of(end, is_end=True))

    def _of(self, at: int, *, is_end: bool) -> int:
        """Return where the character at `at` begins, or the one before it ends."""
        at = min(at, self.old[-1])
        token = bisect_right(self.old, at - 1 if is_end else at) - 1
        if token >= len(self.old) - 1:
            return self.new[-1]
        hunk = self._hunk_before(token)
        if hunk is None:
            place = token
        elif token < hunk.end:
            return self.new[hunk.last if is_end else hunk.first]
        else:
            place = hunk.last + token - hunk.end
        within = at - self.old[token]
        return min(self.new[place] + within, self.new[place + 1])

    def _hunk_before(self, token: int) -> Hunk | None:
        """Return the last change that begins at or before `token`."""
        found = bisect_right(self.starts, token) - 1
        return self.hunks[found] if found >= 0 else None


def _offsets(text: Tokens) -> list[int]:
    """Return where each token begins, and where the text ends."""
    return [0, *accumulate(map(len, text.tokens))]
