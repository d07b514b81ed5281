"""Sections of a postmortem's file."""

from __future__ import annotations

import re

from core.exchange.problems import Problems
from core.exchange.structure import Block, Passage, escape, unescape
from incidents.exchange.documents import ParsedSection
from incidents.exchange.header import limit_of
from incidents.exchange.headings import kind_of, needs_kind
from incidents.models import Section, SectionKind

LEVEL = 2
_KIND = re.compile(r"<!--\s*kind:\s*(\S*)\s*-->\s*\Z")
_TITLE_LIMIT = limit_of(Section, "title")


def write_section(section: ParsedSection) -> str:
    heading = f"## {section.title}"
    if needs_kind(section.title, section.kind):
        heading += f"\n<!-- kind: {section.kind} -->"
    body = escape(section.body, LEVEL)
    return f"{heading}\n\n{body}" if body else heading


def says_its_kind(block: Block) -> bool:
    """Return True if the line after the heading names a kind, which always makes it a section."""
    return bool(block.passage.lines and _KIND.match(block.passage.lines[0]))


def read_section(block: Block, problems: Problems) -> ParsedSection:
    passage, kind = block.passage, kind_of(block.title)
    match = _KIND.match(passage.lines[0]) if passage.lines else None
    if match:
        passage = passage.part(1)
        if match[1] in SectionKind.values:
            kind = match[1]
        else:
            allowed = ", ".join(SectionKind.values)
            problems.error(
                block.line + 1, f"“{match[1]}” is not a kind of section; use one of: {allowed}."
            )
    if len(block.title) > _TITLE_LIMIT:
        problems.error(block.line, f"A heading may have at most {_TITLE_LIMIT} characters.")
    return section_of(kind, block.title, passage, block.line)


def section_of(kind: str, title: str, passage: Passage, line: int) -> ParsedSection:
    """Return a section from the lines in `passage`, as escaped in the interchange format."""
    return ParsedSection(kind, title, unescape(passage.text, LEVEL), line)
