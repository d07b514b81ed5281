"""The line of facts in italics under an entry's heading: `*minute · milestone: started*`."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from core.exchange.structure import Passage
from core.text import one_line

_LINE = re.compile(r"\*(?!\*)(.+)\*[ \t]*\Z")
_TOKEN = re.compile(r"(?:\\.|[^\\·])+")
_ESCAPED = re.compile(r"\\(.)")


def words(text: str) -> str:
    """`text` as it may stand in a line of facts: one line, what would end it escaped."""
    return re.sub(r"([\\·*])", r"\\\1", one_line(text))


def address(url: str) -> str:
    """`url` as it may stand between `<` and `>` in a line of facts."""
    return re.sub(r"[\s<>\\·*]", lambda found: _percent(found[0]), one_line(url))


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode())


def facts_line(facts: Iterable[str]) -> str:
    """`facts`, those that are not empty, as one line."""
    return f"*{' · '.join(fact for fact in facts if fact)}*"


def read_facts(passage: Passage, known: Container[str]) -> tuple[list[str], int | None, Passage]:
    """The facts at the start of `passage`, their line, and what follows.

    `known` are words and keys (`milestone`) that tell a line of facts from a sentence in italics;
    a line with a separator is one in any case.
    """
    start = passage.after_blank_lines()
    match = _LINE.match(start.lines[0]) if start.lines else None
    if not match:
        return [], None, passage
    facts = [_ESCAPED.sub(r"\1", token).strip() for token in _TOKEN.findall(match[1])]
    if len(facts) < 2 and not any(key(fact) in known or fact in known for fact in facts):
        return [], None, passage
    return facts, start.first, start.part(1)


def key(fact: str) -> str:
    """The key of a fact such as `milestone: started`; empty where it has none."""
    if fact.startswith("as written “"):
        return "as written"
    name, colon, _ = fact.partition(":")
    return name.strip() if colon else ""


def value(fact: str) -> str:
    """The value of a fact such as `milestone: started` or `as written “noon”`."""
    if fact.startswith("as written “"):
        return fact.removeprefix("as written “").removesuffix("”").strip()
    return fact.partition(":")[2].strip()
