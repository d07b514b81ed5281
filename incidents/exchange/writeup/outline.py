"""Headings of a write-up, in any markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.exchange.structure import Passage, in_fences
from core.text import one_line
from incidents.exchange.writeup.kinds import is_known

_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)\Z")
_SETEXT = re.compile(r" {0,3}(={2,}|-{2,})[ \t]*\Z")
_RST_LINE = re.compile(r"([=\-`:'\"~^_*+#<>.])\1{2,}[ \t]*\Z")
_BOLD = re.compile(r"\s*(?:\*\*|__)([^*_].{0,100}?)(?:\*\*|__):?[ \t]*\Z")
_LABEL = re.compile(r"\s*(?:\*\*|__)?([A-Z][^:*_.]{2,60}?)(?:\*\*|__)?:(?:\*\*|__)?(?:\s+(.*))?\Z")
_ATTRIBUTES = re.compile(r"\s*\{[^{}]*[#.=-][^{}]*\}\s*\Z")
_LONGEST_HEADING = 1_000  # longer lines are not headings, and slow to match
_LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_TAGS = (
    r"</?(?:a|b|big|br|code|del|div|em|font|h[1-6]|i|img|ins|kbd|mark|p|s|small|span|strong|sub|sup|"
    r"tt|u)(?:\s[^<>]*)?/?>|<!--[^<>]*-->"
)
_MARKS = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|" + _TAGS)


@dataclass(frozen=True)
class Heading:
    """A heading with its first line, the line after it, and the text behind it on its own line."""

    title: str
    level: int
    start: int
    end: int
    rest: str = ""


def plain(markup: str) -> str:
    """Return the words of a heading without markup."""
    if len(markup) > _LONGEST_HEADING:
        return one_line(markup)
    return one_line(_MARKS.sub("", _LINK.sub(r"\1", _ATTRIBUTES.sub("", markup)))).strip(" :")


def headings(passage: Passage, *, name: str) -> list[Heading]:
    """Return the headings of the text, which came from a file called `name`.

    Bold lines and known labels (`Root cause: …`) count only if there is no real heading.
    """
    lines = passage.lines
    inside = in_fences(lines)
    if name.lower().endswith(".rst"):
        return _underlined(lines, inside)
    return _marked(lines, inside) or _bold(lines, inside) or _labels(lines, inside)


def _marked(lines: Sequence[str], inside: Sequence[bool]) -> list[Heading]:
    found = []
    for index, line in enumerate(lines):
        if inside[index]:
            continue
        if match := _ATX.match(line):
            found.append(
                Heading(plain(_without_closing(match[2])), len(match[1]), index, index + 1)
            )
        elif index and (match := _SETEXT.match(line)) and _stands_alone(lines, index - 1):
            level = 1 if match[1][0] == "=" else 2
            found.append(Heading(plain(lines[index - 1]), level, index - 1, index + 1))
    return [heading for heading in found if heading.title]


def _without_closing(text: str) -> str:
    """Return the text of a heading without a closing `##`."""
    bare = text.rstrip(" \t").rstrip("#")
    return bare if bare.endswith((" ", "\t")) else text


def _stands_alone(lines: Sequence[str], index: int) -> bool:
    """Return True if the line is a paragraph of its own, so that an underline makes it a
    heading.
    """
    line = lines[index].strip()
    alone = index == 0 or not lines[index - 1].strip() or bool(_ATX.match(lines[index - 1]))
    return (
        bool(line)
        and alone
        and not line.startswith(("|", "-", "*", ">", "#", "+"))
        and (not lines[index].startswith("    "))
    )


def _underlined(lines: Sequence[str], inside: Sequence[bool]) -> list[Heading]:
    """Return reStructuredText headings; each new style of underline is one level deeper."""
    found: list[Heading] = []
    styles: list[tuple[str, bool]] = []
    for index in range(1, len(lines)):
        title, under = lines[index - 1], _RST_LINE.match(lines[index])
        if not under or inside[index] or not title.strip() or _RST_LINE.match(title):
            continue
        if len(lines[index].rstrip()) < len(title.rstrip()) or title.startswith("  "):
            continue
        over = index > 1 and lines[index - 2].rstrip() == lines[index].rstrip()
        style = (under[1], over)
        if style not in styles:
            styles.append(style)
        start = index - 2 if over else index - 1
        found.append(Heading(plain(title), styles.index(style) + 1, start, index + 1))
    return found


def _bold(lines: Sequence[str], inside: Sequence[bool]) -> list[Heading]:
    found = []
    for index, line in enumerate(lines):
        match = None if inside[index] else _BOLD.match(line)
        if match and plain(match[1]):
            found.append(Heading(plain(match[1]), 2, index, index + 1))
    return found


def _labels(lines: Sequence[str], inside: Sequence[bool]) -> list[Heading]:
    found = []
    for index, line in enumerate(lines):
        match = None if inside[index] else _LABEL.match(line)
        if match and is_known(plain(match[1])):
            found.append(Heading(plain(match[1]), 2, index, index + 1, match[2] or ""))
    return found
