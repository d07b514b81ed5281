"""Normalisation of text before it is stored."""

from __future__ import annotations

import os
import re

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_UNPRINTABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WORD = re.compile(r"[^\W_]+")
_LINE_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


def clean_markdown(text: str) -> str:
    """`text` as it is stored: `\\n` line ends, no blank lines around it, no NUL.

    Everything else stays as typed: trailing spaces mean a line break in Markdown, and leading
    ones a code block. Cleaning twice changes nothing.
    """
    lines = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    return "\n".join(lines[first:last])


def storable(text: str) -> str:
    """`text` with a blank for each character that PostgreSQL does not take: NUL, and halves of
    pairs, which is what bytes become that are no UTF-8."""
    return _UNSTORABLE.sub(" ", text)


def printable(text: str) -> str:
    """`text` with a blank for each character that XML 1.0 has no place for."""
    return _UNPRINTABLE.sub(" ", text)


def words_in(text: str) -> set[str]:
    """The distinct words of `text`: runs of letters and digits, in lower case."""
    return {word.casefold() for word in _WORD.findall(text)}


def shown(path: str) -> str:
    """`path` as text that can be printed and stored, whatever bytes the name is made of."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return printed(text)


def printed(text: str) -> str:
    """`text` on one line for a terminal, with escapes for what would move the cursor or colour."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def one_line(text: str) -> str:
    """`text` as one line without spaces around it, for titles and names."""
    return _LINE_BREAKS.sub(" ", text.replace("\0", "")).strip()
