"""Headings, code fences and labels: which lines are structure, and how text is kept from being it.

`escape` and `unescape` undo each other for any text, so what people write survives the way
through a file byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.text import clean_markdown

_OPENS_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*\Z)|~{3,})(.*)\Z")
_CLOSES_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*\Z")
_ESCAPED_FENCE = re.compile(r"\\+ {0,3}(?:```|~~~)")
_HEADING = re.compile(r"(#{1,6})(?:[ \t](.*))?\Z")


@dataclass(frozen=True)
class Passage:
    """Some lines of a file, and the number of the first one."""

    lines: tuple[str, ...]
    first: int = 1

    @classmethod
    def of(cls, text: str, first: int = 1) -> Passage:
        return cls(tuple(text.split("\n")), first)

    @property
    def text(self) -> str:
        return clean_markdown("\n".join(self.lines))

    def part(self, start: int, stop: int | None = None) -> Passage:
        return Passage(self.lines[start:stop], self.first + start)

    def after_blank_lines(self) -> Passage:
        """The same without the blank lines it begins with."""
        for index, line in enumerate(self.lines):
            if line.strip():
                return self.part(index)
        return self.part(len(self.lines))


@dataclass(frozen=True)
class Block:
    """A heading and what stands under it. `line` is the heading's."""

    title: str
    level: int
    line: int
    passage: Passage


def fence_opened_by(line: str) -> tuple[str, str] | None:
    """The fence (such as ```` ``` ````) and the words after it, where `line` would open one."""
    match = _OPENS_FENCE.match(line)
    return (match[1], match[2].strip()) if match else None


def fences(lines: Sequence[str]) -> list[tuple[int, int]]:
    """First and last line, counted from 0, of each code fence. One never closed is no fence."""
    found: list[tuple[int, int]] = []
    hopeless: dict[str, int] = {}  # the shortest fence of each character known to stay open
    index = 0
    while index < len(lines):
        opened = fence_opened_by(lines[index])
        end = _end_of_fence(lines, index, opened[0], hopeless) if opened else None
        if end is not None:
            found.append((index, end))
        index = index + 1 if end is None else end + 1
    return found


def in_fences(lines: Sequence[str]) -> list[bool]:
    """Tell for each line whether it belongs to a code fence."""
    inside = [False] * len(lines)
    for start, end in fences(lines):
        inside[start : end + 1] = [True] * (end + 1 - start)
    return inside


def _end_of_fence(
    lines: Sequence[str], start: int, fence: str, hopeless: dict[str, int]
) -> int | None:
    character, length = fence[0], len(fence)
    if length >= hopeless.get(character, length + 1):
        return None
    for index in range(start + 1, len(lines)):
        closing = _CLOSES_FENCE.match(lines[index])
        if closing and closing[1][0] == character and len(closing[1]) >= length:
            return index
    hopeless[character] = length
    return None


def blocks(passage: Passage, level: int) -> tuple[Passage, list[Block]]:
    """`passage` cut at its headings (`#` at the line's very start) of `level` and above.

    Returns what stands before the first one, and the blocks.
    """
    inside = in_fences(passage.lines)
    starts: list[tuple[int, str, int]] = []
    for index, line in enumerate(passage.lines):
        match = None if inside[index] else _HEADING.match(line)
        if match and len(match[1]) <= level:
            starts.append((index, (match[2] or "").strip(), len(match[1])))
    ends = [start for start, _, _ in starts[1:]] + [len(passage.lines)]
    found = [
        Block(title, depth, passage.first + start, passage.part(start + 1, end))
        for (start, title, depth), end in zip(starts, ends, strict=False)
    ]
    return passage.part(0, starts[0][0] if starts else None), found


@dataclass(frozen=True)
class Labelled:
    """Text after a label such as `**Evidence:**`, as it stands in the file."""

    label: str
    line: int
    raw: str


def labelled(passage: Passage, labels: Sequence[str]) -> tuple[Passage, list[Labelled]]:
    """`passage` cut at lines that begin with one of `labels`."""
    inside = in_fences(passage.lines)
    starts = [
        (index, label)
        for index, line in enumerate(passage.lines)
        if not inside[index] and (label := next((s for s in labels if line.startswith(s)), None))
    ]
    ends = [start for start, _ in starts[1:]] + [len(passage.lines)]
    found = []
    for (start, label), end in zip(starts, ends, strict=False):
        rest = passage.lines[start].removeprefix(label)
        raw = "\n".join([rest, *passage.lines[start + 1 : end]])
        found.append(Labelled(label, passage.first + start, raw))
    return passage.part(0, starts[0][0] if starts else None), found


@lru_cache
def _structure(level: int, labels: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = [rf"#{{1,{level}}}(?:[ \t]|\Z)", *(re.escape(label) for label in labels)]
    return re.compile(rf"\\*(?:{'|'.join(alternatives)})")


def escape(text: str, level: int, labels: Iterable[str] = ()) -> str:
    """`text` cleaned, with a backslash before each line that would be read as structure.

    Structure is a heading down to `level`, a line that begins with one of `labels`, and a code
    fence that is never closed.
    """
    lines = clean_markdown(text).split("\n")
    inside = in_fences(lines)
    structure = _structure(level, tuple(labels))
    for index, line in enumerate(lines):
        if inside[index]:
            continue
        if structure.match(line) or _ESCAPED_FENCE.match(line) or fence_opened_by(line):
            lines[index] = "\\" + line
    return "\n".join(lines)


def unescape(text: str, level: int, labels: Iterable[str] = ()) -> str:
    """Undo `escape`."""
    lines = clean_markdown(text).split("\n")
    inside = in_fences(lines)
    structure = _structure(level, tuple(labels))
    for index, line in enumerate(lines):
        if inside[index] or not line.startswith("\\"):
            continue
        if structure.match(line) or _ESCAPED_FENCE.match(line):
            lines[index] = line[1:]
    return "\n".join(lines)


def with_label(label: str, escaped: str, separator: str = " ") -> str:
    """`label` and escaped text: on one line where that reads the same, else in a new paragraph."""
    first = escaped.split("\n", 1)[0]
    if first[:1].isspace() or fence_opened_by(first) or first.startswith((">", "|", "- ", "* ")):
        return f"{label}\n\n{escaped}"
    return f"{label}{separator}{escaped}"
