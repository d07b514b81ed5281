"""Parsing a file's text into a document."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from core.exchange import front_matter
from core.exchange.front_matter import FrontMatter
from core.exchange.problems import Problems
from core.exchange.structure import Block, Passage, blocks
from incidents.exchange import action_items, entries, followed, headings, sections, timeline
from incidents.exchange.documents import ParsedPostmortem, ParsedSection
from incidents.exchange.header import FORMAT, read_header
from incidents.exchange.metadata import metadata_section
from incidents.exchange.writeup import parse_writeup
from incidents.models import SectionKind

MAX_PARTS = 10_000
_SAYS_OURS = "format: nevertwice/"


def parse(text: str, *, name: str) -> ParsedPostmortem:
    """Parse the postmortem in `text`, which came from a file called `name`.

    Never raises because of the text: errors in it are in `problems`, with their lines. A text
    without our front matter is parsed as a free-form write-up.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    document = _parsed(text, name)
    return replace(
        document, text_digest=hashlib.blake2b(text.encode("utf-8", "replace")).hexdigest()
    )


def _parsed(text: str, name: str) -> ParsedPostmortem:
    problems = Problems()
    if not text.strip():
        problems.error(None, "The file is empty.")
        return ParsedPostmortem(title=name, name=name, problems=problems.in_order())
    source, body = front_matter.split(text)
    if source is None:
        _check_not_ours(text, problems)
        return parse_writeup(text, name=name, problems=problems)
    matter = front_matter.read(source, problems)
    if matter is None:
        return parse_writeup(text, name=name, problems=problems)
    if not matter.values and _SAYS_OURS in source[:500]:
        problems.error(1, "The front matter cannot be read.")
        return ParsedPostmortem(title=name, name=name, problems=problems.in_order())
    if not matter.text("format").startswith("nevertwice/"):
        return parse_writeup(text, name=name, problems=problems, matter=matter, body=body)
    if matter.text("format") != FORMAT:
        problems.error(
            matter.line_of("format"),
            f"The format “{matter.text('format')}” is not one of a postmortem that this version "
            f"can read; it reads {FORMAT}.",
        )
        return ParsedPostmortem(title=name, name=name, problems=problems.in_order())
    return _Reader(matter, problems).postmortem(body, name)


def _check_not_ours(text: str, problems: Problems) -> None:
    if text.startswith("---") and f"\n{_SAYS_OURS}" in text[:2000]:
        problems.error(1, "The front matter is never closed: a line “---” is missing.")


@dataclass
class _Reader:
    """Parser for one file of the interchange format."""

    matter: FrontMatter
    problems: Problems
    zone_name: str | None = None
    parts: dict[str, list[Any]] = field(default_factory=dict)

    def postmortem(self, body: Passage, name: str) -> ParsedPostmortem:
        preamble, found = blocks(body, level=2)
        first_title = next((block.title for block in found if block.level == 1), "")
        fields = read_header(self.matter, title_else=first_title)
        self.zone_name = fields["time_zone"]
        read: list[ParsedSection] = []
        self._text_outside(preamble, read)
        for block in found[:MAX_PARTS]:
            self._block(block, fields["title"], read)
        if len(found) > MAX_PARTS:
            self.problems.error(
                found[MAX_PARTS].line, f"More than {MAX_PARTS} headings; is this one postmortem?"
            )
        if self.matter.unread:
            read.append(metadata_section(self.matter.unread_text))
        events = self.parts.get(headings.TIMELINE, [])
        timeline.check_milestones(events, self.problems)
        followed.check(self.parts.get(headings.ACTION_ITEMS, []), self.problems)
        self._check_links()
        offsets = any(event.occurred_at or event.ends_at for event in events)
        fields["time_zone"] = (
            ("UTC" if offsets else "") if self.zone_name is None else self.zone_name
        )
        return ParsedPostmortem(
            **fields,
            sections=tuple(read),
            timeline=tuple(events),
            root_causes=tuple(self.parts.get(headings.CAUSES, ())),
            action_items=tuple(self.parts.get(headings.ACTION_ITEMS, ())),
            pattern_links=tuple(self.parts.get(headings.PATTERNS, ())),
            playbook_uses=tuple(self.parts.get(headings.PLAYBOOKS_USED, ())),
            name=name,
            problems=self.problems.in_order(),
        )

    def _block(self, block: Block, title: str, read: list[ParsedSection]) -> None:
        structure = headings.structure_of(block.title)
        if structure and block.level == 2 and not sections.says_its_kind(block):
            self._structure(structure, block, read)
        elif block.level == 1 and block.title == title:
            self._text_outside(block.passage, read)
        elif not block.title:
            self.problems.error(block.line, "A heading is empty.")
        else:
            read.append(sections.read_section(block, self.problems))

    def _structure(self, structure: str, block: Block, read: list[ParsedSection]) -> None:
        preamble, found = blocks(block.passage, level=3)
        if preamble.text:
            read.append(
                sections.section_of(SectionKind.OTHER.value, block.title, preamble, block.line)
            )
        if len(found) > MAX_PARTS:
            self.problems.error(found[MAX_PARTS].line, f"More than {MAX_PARTS} entries.")
        reader = self._reader_of(structure)
        self.parts.setdefault(structure, []).extend(reader(each) for each in found[:MAX_PARTS])

    def _reader_of(self, structure: str) -> Callable[[Block], Any]:
        if structure == headings.TIMELINE:
            return lambda block: timeline.read_event(block, self.zone_name, self.problems)
        read = {
            headings.CAUSES: entries.read_cause,
            headings.ACTION_ITEMS: action_items.read_action_item,
            headings.PATTERNS: entries.read_pattern_link,
            headings.PLAYBOOKS_USED: entries.read_playbook_use,
        }[structure]
        return lambda block: read(block, self.problems)

    def _text_outside(self, passage: Passage, read: list[ParsedSection]) -> None:
        """Keep text outside of any section as a summary."""
        if passage.text:
            start = passage.after_blank_lines()
            read.append(
                sections.section_of(SectionKind.SUMMARY.value, "Summary", start, start.first)
            )

    def _check_links(self) -> None:
        seen: set[str] = set()
        for entry in self.parts.get(headings.PATTERNS, []):
            if entry.slug in seen:
                self.problems.error(entry.line, f"The pattern “{entry.slug}” is listed twice.")
            seen.add(entry.slug)
