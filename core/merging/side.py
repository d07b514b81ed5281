"""One person's edits, relative to the text that they began with."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from core.merging.diff import Hunk
from core.merging.tokens import Tokens


@dataclass(frozen=True)
class Side:
    """A text, the base it changed, and its changes in order."""

    base: Tokens
    other: Tokens
    hunks: list[Hunk]
    _starts: list[int] = field(init=False)
    _ends: list[int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", [hunk.start for hunk in self.hunks])
        object.__setattr__(self, "_ends", [hunk.end for hunk in self.hunks])

    def position(self, at: int) -> int:
        """Return where the base's token `at`, which this side kept, is in its text."""
        before = bisect_right(self._ends, at)
        if not before:
            return at
        return self.hunks[before - 1].last + at - self.hunks[before - 1].end

    def passage(self, start: int, end: int) -> str:
        """Return what this side made of tokens `start` to `end` of the base.

        No change of this side may reach over either edge. What it inserted at the edges is no
        part of a passage.
        """
        first, last = bisect_left(self._starts, start), bisect_right(self._ends, end)
        inside = [
            hunk for hunk in self.hunks[first:last] if hunk.removes or start < hunk.start < end
        ]
        if not inside:
            begin = self.position(start)
            return self.other.text(begin, begin + end - start)
        begin = inside[0].first - (inside[0].start - start)
        return self.other.text(begin, inside[-1].last + end - inside[-1].end)
