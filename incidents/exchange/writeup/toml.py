"""TOML front matter between two `+++` lines."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from core.exchange.front_matter import MAX_CHARACTERS, FrontMatter
from core.exchange.problems import Problems
from core.exchange.structure import Passage
from core.exchange.yaml_lines import Entry
from core.text import one_line
from incidents.exchange.writeup.about import About

_KEY = re.compile(r"[ \t]*([\w-]+|\"[^\"\n]*\")[ \t]*=[ \t]*(.*)\Z")
_LINE_NUMBER = re.compile(r"line (\d+)")
_MOST_ATTEMPTS = 1_000  # to parse a line on its own
_MOST_DOTS = 200  # in a key such as a.b.c, which the parser handles in quadratic time
_BROKEN = (ValueError, RecursionError, OverflowError)


def about_toml(text: str, problems: Problems) -> tuple[About, Passage]:
    """Return the TOML at the top of `text`, if any, and the rest.

    A line that is not valid TOML does not affect the others: its value is read as text.
    """
    lines = text.split("\n")
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "+++"), None)
    if lines[0].rstrip() != "+++" or end is None:
        return About(), Passage.of(text)
    entries = _entries(lines[1:end])
    matter = FrontMatter({}, problems, entries=entries)
    values = _read("\n".join(lines[1:end]), entries, problems)
    return About(values, matter, "toml"), Passage(tuple(lines[end + 1 :]), end + 2)


def _read(source: str, entries: list[Entry], problems: Problems) -> dict[str, list[str]]:
    if len(source) > MAX_CHARACTERS:
        problems.warn(1, "The front matter is too long to be read.")
        return {}
    try:
        values = _loads(source)
    except _BROKEN as error:
        return _line_by_line(entries, problems, error)
    return {key.lower(): _texts(value) for key, value in values.items()}


def _loads(source: str) -> dict[str, Any]:
    """Parse valid TOML. Raises ValueError also for input on which the parser takes too long."""
    if any(line.count(".") > _MOST_DOTS for line in source.split("\n")):
        raise ValueError("a line has too many dots")
    return tomllib.loads(source)


def _line_by_line(
    entries: list[Entry], problems: Problems, error: Exception
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    first = _LINE_NUMBER.search(str(error))
    problems.warn(
        int(first[1]) + 1 if first else 1,
        f"The front matter is not valid TOML, so it was read line by line: {error}.",
    )
    for attempt, entry in enumerate(entries):
        if entry.raw.lstrip().startswith("["):
            break  # what follows belongs to a table
        try:
            read = _loads(entry.raw) if attempt < _MOST_ATTEMPTS else {}
        except _BROKEN:
            match = _KEY.match(entry.raw.split("\n", 1)[0])
            read = {match[1].strip('"'): match[2].strip().strip("'\"")} if match else {}
        for key, value in read.items():
            found.setdefault(key.lower(), _texts(value))
    return found


def _entries(lines: list[str]) -> list[Entry]:
    """Split the lines before each one that begins with a key or opens a table."""
    found: list[Entry] = []
    start, key = 0, ""
    for index, line in enumerate([*lines, "["]):
        match = _KEY.match(line)
        if match or line.lstrip().startswith("["):
            if raw := "\n".join(lines[start:index]).rstrip():
                found.append(Entry(key, start + 2, raw))
            start, key = index, match[1].strip('"') if match else ""
    return found


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for entry in value for text in _texts(entry)]
    return [] if isinstance(value, dict) else [one_line(str(value))]
