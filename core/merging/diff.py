"""The changes from one text to another, over tokens, in bounded time."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise
from math import isqrt
from typing import NamedTuple

from diff_match_patch import diff_match_patch

from core.anchors import anchors
from core.merging.tokens import Vocabulary

# The library compares characters, in JavaScript UTF-16 units: each different token becomes one
# that is no surrogate.
MOST_DIFFERENT = 60_000
_SURROGATES, _SURROGATE_COUNT = 0xD800, 0x800

# Steps of comparison: so many for each token of a part, and a pool that all parts share.
_STEPS_EACH = 10
_STEPS_POOL = 400_000

# Two texts with more tokens than this together are compared by their common beginning and end.
_MOST_TOKENS = 500_000

# Parts with more tokens are split at lines that both texts have once, this many times over.
_LARGE = 2_000
_DEEPEST = 6


class Hunk(NamedTuple):
    """Tokens `start` to `end` of the base became tokens `first` to `last` of the other text."""

    start: int
    end: int
    first: int
    last: int

    @property
    def removes(self) -> bool:
        return self.end > self.start

    @property
    def inserts(self) -> bool:
        return self.last > self.first

    @property
    def replaces(self) -> bool:
        return self.removes and self.inserts


def changes(base: list[int], other: list[int], words: Vocabulary) -> list[Hunk]:
    """Return the changes from `base` to `other`, in order, with equal tokens between each two.

    Both are numbers of `words`. Time grows no faster than n · log n: where two parts differ too
    much to be compared word by word, they are compared by lines, or one replaces the other.
    """
    return _Comparison(base, other, words).hunks()


class _Countdown:
    """A deadline for the library that counts rounds of its search instead of seconds.

    The library asks once in each round whether the time is past its deadline. An answer that
    depended on the clock would differ between machines.
    """

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.left = rounds

    def __lt__(self, now: float) -> bool:
        self.left -= 1
        return self.left < 0

    @property
    def used(self) -> int:
        return self.rounds - max(self.left, 0)


class _Comparison:
    """A comparison of two texts; `pool` is the rest of the shared budget of steps."""

    def __init__(self, base: list[int], other: list[int], words: Vocabulary) -> None:
        self.base = base
        self.other = other
        self.words = words
        self.pool = _STEPS_POOL
        self.library = diff_match_patch()
        self.library.Diff_Timeout = 0

    def hunks(self) -> list[Hunk]:
        whole = self._trimmed(Hunk(0, len(self.base), 0, len(self.other)))
        if len(self.base) + len(self.other) > _MOST_TOKENS:
            return [whole] if whole.removes or whole.inserts else []
        found = self._split(self._back_to_space(whole), deepest=_DEEPEST)
        return self._slid_left(self._joined(found))

    def _split(self, part: Hunk, *, deepest: int) -> list[Hunk]:
        """Return the changes in `part`, found apart between the words that both sides have once."""
        parts = map(self._trimmed, self._between_words(part))
        return [hunk for each in parts for hunk in self._changes_in(each, deepest=deepest)]

    def _changes_in(self, part: Hunk, *, deepest: int) -> list[Hunk]:
        if not part.replaces:
            return [part] if part.removes or part.inserts else []
        if deepest and part.end - part.start + part.last - part.first > _LARGE:
            parts = list(self._between_lines(part))
            if len(parts) > 1:
                return [hunk for each in parts for hunk in self._split(each, deepest=deepest - 1)]
        return self._searched(part)

    def _trimmed(self, part: Hunk) -> Hunk:
        """Return `part` without the tokens with which both its sides begin and end."""
        start, end, first, last = part
        while start < end and first < last and self.base[start] == self.other[first]:
            start, first = start + 1, first + 1
        while start < end and first < last and self.base[end - 1] == self.other[last - 1]:
            end, last = end - 1, last - 1
        return Hunk(start, end, first, last)

    def _back_to_space(self, part: Hunk) -> Hunk:
        """Return `part` grown on both sides to the nearest white space."""
        start, end, first, last = part
        if not (part.removes or part.inserts):
            return part
        is_space = self.words.is_space
        while start > 0 and not is_space[self.base[start - 1]]:
            start, first = start - 1, first - 1
        while end < len(self.base) and not is_space[self.base[end]]:
            end, last = end + 1, last + 1
        return Hunk(start, end, first, last)

    def _between_words(self, part: Hunk) -> Iterator[Hunk]:
        start, end, first, last = part
        here, there = self.base[start:end], self.other[first:last]
        at = start, first
        for anchor, met in anchors(here, there, self.words.is_word.__getitem__):
            yield Hunk(at[0], start + anchor, at[1], first + met)
            at = start + anchor + 1, first + met + 1
        yield Hunk(at[0], end, at[1], last)

    def _between_lines(self, part: Hunk) -> Iterator[Hunk]:
        start, end, first, last = part
        here, there = self._lines(self.base, start, end), self._lines(self.other, first, last)
        ours = [tuple(self.base[a:b]) for a, b in pairwise(here)]
        others = [tuple(self.other[a:b]) for a, b in pairwise(there)]
        for anchor, met in anchors(ours, others, len):
            yield Hunk(start, here[anchor], first, there[met])
            start, first = here[anchor + 1], there[met + 1]
        yield Hunk(start, end, first, last)

    def _searched(self, part: Hunk) -> list[Hunk]:
        """Return the changes in `part`: by tokens, else by lines, else the whole of it."""
        start, end, first, last = part
        found = self._search(self.base[start:end], self.other[first:last])
        if found is not None:
            return [Hunk(a + start, b + start, c + first, d + first) for a, b, c, d in found]
        here, there = self._lines(self.base, start, end), self._lines(self.other, first, last)
        found = self._search(
            [tuple(self.base[a:b]) for a, b in pairwise(here)],
            [tuple(self.other[a:b]) for a, b in pairwise(there)],
        )
        if found is None:
            return [part]
        return [self._trimmed(Hunk(here[a], here[b], there[c], there[d])) for a, b, c, d in found]

    def _lines(self, text: list[int], start: int, end: int) -> list[int]:
        """Return where each line between `start` and `end` begins, and `end`."""
        ends = [at + 1 for at in range(start, end - 1) if self.words.is_break(text[at])]
        return [start, *ends, end]

    def _search(self, here: Sequence[Hashable], there: Sequence[Hashable]) -> list[Hunk] | None:
        """Return the changes between two sequences; None where finding them takes too long."""
        letters = {unit: letter(at) for at, unit in enumerate(dict.fromkeys([*here, *there]))}
        if len(letters) > MOST_DIFFERENT:
            return None
        size = len(here) + len(there)
        countdown = _Countdown(_rounds(_STEPS_EACH * size + self.pool, size))
        before = "".join([letters[unit] for unit in here])
        after = "".join([letters[unit] for unit in there])
        # Without its mode for lines, which takes the letter that is a line end for one.
        found = self.library.diff_main(before, after, False, countdown)
        spent = countdown.used * (countdown.used + size // 8)
        self.pool -= max(0, spent - _STEPS_EACH * size)
        if countdown.left < 0 and all(operation != 0 for operation, _ in found):
            return None
        return _hunks_of(found)

    def _joined(self, hunks: list[Hunk]) -> list[Hunk]:
        """Join replacements that only white space separates: they are one change of a phrase."""
        joined: list[Hunk] = []
        for hunk in hunks:
            last = joined[-1] if joined else None
            if last and last.replaces and hunk.replaces and self._is_blank(last.end, hunk.start):
                joined[-1] = Hunk(last.start, hunk.end, last.first, hunk.last)
            else:
                joined.append(hunk)
        return joined

    def _is_blank(self, start: int, end: int) -> bool:
        return all(self.words.is_space[number] for number in self.base[start:end])

    def _slid_left(self, hunks: list[Hunk]) -> list[Hunk]:
        """Move what is only inserted or only removed as far to the left as it says the same."""
        slid: list[Hunk] = []
        for hunk in hunks:
            start, end, first, last = hunk
            floor = slid[-1].end + 1 if slid else 0
            while not hunk.replaces and start > floor:
                moving = self.other[last - 1] if hunk.inserts else self.base[end - 1]
                if self.base[start - 1] != moving:
                    break
                start, end, first, last = start - 1, end - 1, first - 1, last - 1
            slid.append(Hunk(start, end, first, last))
        return slid


def letter(number: int) -> str:
    """Return the character that stands for the token `number`: none is NUL or a surrogate."""
    code = number + 1
    return chr(code if code < _SURROGATES else code + _SURROGATE_COUNT)


def _rounds(steps: int, size: int) -> int:
    """Return how many rounds of a search over `size` units cost `steps` at most."""
    along = size // 8
    return max(1, (isqrt(along * along + 4 * steps) - along) // 2)


def _hunks_of(found: list[tuple[int, str]]) -> list[Hunk]:
    """Return the changes that the library found, those that touch as one."""
    hunks: list[Hunk] = []
    at = met = 0
    for operation, text in found:
        start, first = at, met
        at += len(text) if operation <= 0 else 0
        met += len(text) if operation >= 0 else 0
        if operation == 0:
            continue
        if hunks and (hunks[-1].end, hunks[-1].last) == (start, first):
            start, first = hunks[-1].start, hunks.pop().first
        hunks.append(Hunk(start, at, first, met))
    return hunks
