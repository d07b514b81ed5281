"""Two people's changes to one text, merged by their positions in the text both began with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.merging.diff import Hunk, changes
from core.merging.passages import aligned, is_passage
from core.merging.side import Side
from core.merging.tokens import Vocabulary, with_plain_line_ends
from core.merging.writer import Writer


@dataclass(frozen=True)
class Clash:
    """A passage that both changed. What either wrote is in the merged text, from `start` to `end`.

    `base` is the passage as it was, `mine` and `theirs` what each made of it; empty where it was
    removed. Positions count code points.
    """

    start: int
    end: int
    base: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class Merge:
    """The merged text, and the passages in it that a person has to look at."""

    text: str
    clashes: tuple[Clash, ...] = ()


def merge(base: str, mine: str, theirs: str) -> Merge:
    """Return both changes to `base` in one text; line ends become `\\n`.

    What either removed is gone, and everything that either inserted is there, identical
    insertions at one place once. Where both changed the same words, or one wrote into what the
    other removed, the words of both are there and a clash names the passage.
    """
    base, mine, theirs = map(with_plain_line_ends, (base, mine, theirs))
    if mine in (base, theirs):
        return Merge(theirs)
    if theirs == base:
        return Merge(mine)
    words = Vocabulary()
    cut = words.cut(base)
    sides = []
    for text in (mine, theirs):
        other = words.cut(text)
        sides.append(Side(cut, other, changes(cut.ids, other.ids, words)))
    ours, others = sides
    ours = aligned(ours, others, words)
    return _Merging(words, ours, aligned(others, ours, words)).run()


@dataclass(frozen=True)
class _Region:
    """Tokens `start` to `end` of the base, and what each side does there."""

    start: int
    end: int
    mine: list[Hunk]
    theirs: list[Hunk]

    def hunks(self) -> Iterator[tuple[Hunk, bool]]:
        """Yield each hunk with True if it is mine; at one place theirs comes first."""
        both = [(hunk, False) for hunk in self.theirs] + [(hunk, True) for hunk in self.mine]
        yield from sorted(both, key=lambda pair: pair[0].start)


class _Merging:
    def __init__(self, words: Vocabulary, mine: Side, theirs: Side) -> None:
        self.words = words
        self.mine = mine
        self.theirs = theirs
        self.out = Writer(words)
        self.clashes: list[Clash] = []

    def run(self) -> Merge:
        at = 0
        for region in _regions(*self._wanted()):
            self._copy(at, region.start)
            self._write(region)
            at = region.end
        self._copy(at, len(self.mine.base.tokens))
        return Merge(self.out.text(), tuple(self.clashes))

    def _wanted(self) -> tuple[list[Hunk], list[Hunk]]:
        """Return the changes of both without those that the other's include."""
        dropped_mine, dropped_theirs = set(), set()
        for mine, theirs in _touching(self.mine.hunks, self.theirs.hunks):
            if self._is_included(mine, self.mine, theirs, self.theirs):
                dropped_mine.add(mine)
            elif self._is_included(theirs, self.theirs, mine, self.mine):
                dropped_theirs.add(theirs)
        return (
            [hunk for hunk in self.mine.hunks if hunk not in dropped_mine],
            [hunk for hunk in self.theirs.hunks if hunk not in dropped_theirs],
        )

    def _is_included(self, small: Hunk, side: Side, big: Hunk, other: Side) -> bool:
        """Return True if `big` removes what `small` removes and says what it says.

        Blanks written inside a passage that the other removed say nothing.
        """
        if not (big.start <= small.start and small.end <= big.end):
            return False
        if not small.inserts:
            return not big.inserts
        said = side.other.ids[small.first : small.last]
        begin, end = big.first, big.last - len(said)
        if end >= begin:
            all_said = other.other.ids
            if small.start == big.start and all_said[begin : begin + len(said)] == said:
                return True
            if small.end == big.end and all_said[end : big.last] == said:
                return True
        is_inside = small.removes or big.start < small.start < big.end
        return is_inside and all(self.words.is_space[number] for number in said)

    def _copy(self, start: int, end: int) -> None:
        """Write tokens of the base that nobody changed."""
        mine, theirs = self.mine.position(start), self.theirs.position(start)
        self.out.write(self.mine.base, start, end, mine=mine, theirs=theirs)

    def _write(self, region: _Region) -> None:
        """Write what both inserted in a region, all of whose tokens are removed."""
        clashes = self._is_clash(region)
        apart = clashes and self._is_passage(region)
        self.out.begin_range()
        written = False
        for hunk, is_mine in region.hunks():
            if not hunk.inserts:
                continue
            is_whole = (hunk.start, hunk.end) == (region.start, region.end)
            if written and self._is_empty_line(region):
                self.out.begin_paragraph()
            elif apart and (written or not is_whole):
                self.out.begin_paragraph()
                hunk = self._as_paragraph(hunk, is_mine, region)
            self._insert(hunk, is_mine)
            if apart and not is_whole:
                self.out.begin_paragraph()
            written = True
        if clashes:
            start, end = self.out.range()
            edges = region.start, region.end
            passages = (side.passage(*edges) for side in (self.mine, self.theirs))
            self.clashes.append(Clash(start, end, self.mine.base.text(*edges), *passages))

    def _insert(self, hunk: Hunk, is_mine: bool) -> None:
        text = (self.mine if is_mine else self.theirs).other
        mine, theirs = (hunk.first, None) if is_mine else (None, hunk.first)
        self.out.write(text, hunk.first, hunk.last, mine=mine, theirs=theirs)

    def _as_paragraph(self, hunk: Hunk, is_mine: bool, region: _Region) -> Hunk:
        """Return a change without blanks around what it inserts.

        “. It helped” in front of a full stop becomes “It helped.” behind it.
        """
        start, end, first, last = hunk
        base, ids = self.mine.base.ids, (self.mine if is_mine else self.theirs).other.ids
        is_space, is_word = self.words.is_space, self.words.is_word
        while not hunk.removes and start < region.end and base[start] == ids[first]:
            if is_word[ids[first]]:
                break
            start, end, first, last = start + 1, end + 1, first + 1, last + 1
        while first < last and is_space[ids[first]]:
            first += 1
        while first < last and is_space[ids[last - 1]]:
            last -= 1
        return Hunk(start, end, first, last)

    def _is_clash(self, region: _Region) -> bool:
        """Return True if both changed the words of `region` and at least one wrote others."""
        if region.start == region.end or not (region.mine and region.theirs):
            return False
        return any(self._says_something(hunk, is_mine) for hunk, is_mine in region.hunks())

    def _says_something(self, hunk: Hunk, is_mine: bool) -> bool:
        ids = (self.mine if is_mine else self.theirs).other.ids
        return any(not self.words.is_space[number] for number in ids[hunk.first : hunk.last])

    def _is_empty_line(self, region: _Region) -> bool:
        """Return True for a place between two lines, where each may write a paragraph."""
        ids, is_break = self.mine.base.ids, self.words.is_break
        at = region.start
        if region.end != at or (at and not is_break(ids[at - 1])):
            return False
        return at == len(ids) or is_break(ids[at])

    def _is_passage(self, region: _Region) -> bool:
        """Return True if words written there do not belong into the sentence around them."""
        ids = self.mine.base.ids[region.start : region.end]
        removed_by_one = any(
            not any(hunk.inserts for hunk in hunks) for hunks in (region.mine, region.theirs)
        )
        if removed_by_one:
            return is_passage(ids, self.words)
        return any(self.words.is_break(number) for number in ids)


def _touching(ours: list[Hunk], theirs: list[Hunk]) -> Iterator[tuple[Hunk, Hunk]]:
    """Yield the pairs of changes that overlap or touch, in order."""
    first = 0
    for hunk in ours:
        while first < len(theirs) and theirs[first].end < hunk.start:
            first += 1
        at = first
        while at < len(theirs) and theirs[at].start <= hunk.end:
            yield hunk, theirs[at]
            at += 1


def _regions(mine: list[Hunk], theirs: list[Hunk]) -> Iterator[_Region]:
    """Yield the changes of both in order, those that overlap or insert at one place together."""
    region: _Region | None = None
    both = [(hunk, True) for hunk in mine] + [(hunk, False) for hunk in theirs]
    for hunk, is_mine in sorted(both):
        meets = region is not None and (
            hunk.start < region.end or (hunk.start, hunk.end) == (region.end, region.start)
        )
        if region is None or not meets:
            if region is not None:
                yield region
            region = _Region(hunk.start, hunk.end, [], [])
        else:
            region = replace(region, end=max(region.end, hunk.end))
        (region.mine if is_mine else region.theirs).append(hunk)
    if region is not None:
        yield region
