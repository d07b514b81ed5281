"""Parsing a write-up: its title, and its text as sections under its own headings."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from core.exchange.front_matter import FrontMatter
from core.exchange.problems import Problems
from core.exchange.structure import Passage
from core.text import one_line, words_in
from incidents.exchange.documents import ParsedPostmortem, ParsedSection, ParsedSource
from incidents.exchange.header import is_url, limit_of
from incidents.exchange.metadata import metadata_section
from incidents.exchange.writeup.about import DAY_KEYS, About, about_yaml, dated, title_of_name
from incidents.exchange.writeup.kinds import kind_by_words
from incidents.exchange.writeup.outline import Heading, headings, plain
from incidents.exchange.writeup.toml import about_toml
from incidents.models import Incident, Section, SectionKind

MAX_SECTIONS = 1_000
AUTHOR_KEYS = ("author", "authors")
URL_KEYS = ("canonical_url", "canonical", "source_url", "url")
_SENTENCE = re.compile(r"(.{10,150}?[.!?])(?:\s|\Z)")
_TITLE_LENGTH = 100


def parse_writeup(
    text: str,
    *,
    name: str,
    problems: Problems,
    matter: FrontMatter | None = None,
    body: Passage | None = None,
) -> ParsedPostmortem:
    """Parse the write-up in `text`; `matter` and `body` are its YAML front matter and the rest."""
    if matter is not None and body is not None:
        about = about_yaml(matter)
        # Odd front matter that was not written for us should not prevent the import.
        problems.found[:] = [replace(problem, warning=True) for problem in problems.found]
    else:
        about, body = about_toml(text, problems)
    whole = body
    found = headings(body, name=name)
    title, found, body = _titled(about, found, body, name)
    sections = _sections(body, found)
    document = ParsedPostmortem(
        title=title[: limit_of(Incident, "title")],
        source=_source(about),
        sections=tuple(sections[:MAX_SECTIONS]),
        timeline=dated(about, name=name, title=title),
        name=name,
    )
    kept = _kept(document, about, whole)
    if not sections and kept is None:
        problems.error(None, "There is no text in this file.")
    if len(sections) > MAX_SECTIONS:
        line = body.first + found[MAX_SECTIONS].start
        problems.error(line, f"More than {MAX_SECTIONS} headings; is this one write-up?")
    return replace(
        document,
        sections=(*document.sections, *([kept] if kept else [])),
        problems=problems.in_order(),
    )


def _kept(document: ParsedPostmortem, about: About, body: Passage) -> ParsedSection | None:
    """Return a section with everything in the source that `document` lacks; None if there is
    nothing.

    That is front matter without a field of ours, and lines whose words were lost, such as the
    target of a link in a heading.
    """
    source = document.source
    texts = [document.title, source.author, source.url]
    texts += [f"{section.title}\n{section.body}" for section in document.sections]
    words = words_in("\n".join(texts))
    lines = [line for line in body.lines if not words_in(line) <= words]
    said: dict[str, Collection[str]] = {
        key: [event.as_written]
        for event in document.timeline
        for key in DAY_KEYS
        if f"“{key}”" in event.text
    }
    said |= {"title": [document.title], "author": [source.author], "url": [source.url]}
    matter = about.beyond(said)
    if not matter.strip() and not lines:
        return None
    return metadata_section(matter, about.language, "\n".join(lines))


def _source(about: About) -> ParsedSource:
    url = about.text(*URL_KEYS)
    return ParsedSource(
        author=about.text(*AUTHOR_KEYS)[: limit_of(Incident, "source_author")],
        url=url if is_url(url) and len(url) <= limit_of(Incident, "source_url") else "",
    )


def _titled(
    about: About, found: list[Heading], body: Passage, name: str
) -> tuple[str, list[Heading], Passage]:
    """Return the title, the other headings, and the text without the title."""
    title = plain(about.text("title"))
    first = found[0] if found else None
    top = min((heading.level for heading in found), default=0)
    alone = first and sum(heading.level == top for heading in found) == 1 and first.level == top
    opens = first and not any(line.strip() for line in body.lines[: first.start])
    if first and opens and (alone or not title) and not first.rest:
        own = kind_by_words(first.title) == SectionKind.OTHER or (alone and len(found) > 1)
        if own or first.title.casefold() == title.casefold():
            return title or first.title, found[1:], _without(body, first)
    if title:
        return title, found, body
    start = body.after_blank_lines()
    line = plain(start.lines[0]) if start.lines else ""
    skipped = start.first - body.first
    if 0 < len(line) <= _TITLE_LENGTH and _may_be_title(start):
        heading = Heading(line, 1, skipped, skipped + 1)
        if not (first and first.start <= skipped):
            return line, found, _without(body, heading)
    return title_of_name(name) or _first_sentence(body) or name, found, body


def _may_be_title(start: Passage) -> bool:
    """Return True if the first line is not a sentence, and more text follows."""
    line = start.lines[0].rstrip()
    more = any(other.strip() for other in start.lines[1:])
    return (
        more
        and bool(words_in(line))
        and not line.endswith((".", ",", ";", ":"))
        and ". " not in line
    )


def _without(body: Passage, heading: Heading) -> Passage:
    """Return `body` with the heading's lines blank, so that other lines keep their numbers."""
    lines = list(body.lines)
    lines[heading.start : heading.end] = [""] * (heading.end - heading.start)
    return Passage(tuple(lines), body.first)


def _first_sentence(body: Passage) -> str:
    lines = [line for line in body.text[:2_000].split("\n") if words_in(line)]
    text = one_line(plain(" ".join(" ".join(lines).split())[:400]))
    match = _SENTENCE.match(text)
    return match[1] if match else text[:_TITLE_LENGTH].strip()


def _sections(body: Passage, found: list[Heading]) -> list[ParsedSection]:
    level = min((heading.level for heading in found), default=0)
    cuts = [heading for heading in found if heading.level == level]
    if len(cuts) == 1 and len(found) > 2 and cuts[0] is found[0]:
        # A single heading above all others: the sections are one level below.
        level = min(heading.level for heading in found[1:])
        cuts = [heading for heading in found if heading.level <= level]
    before = body.part(0, cuts[0].start if cuts else None)
    sections = []
    ends = [cut.start for cut in cuts[1:]] + [len(body.lines)]
    for cut, end in zip(cuts, ends, strict=False):
        text = f"{cut.rest}\n{body.part(cut.end, end).text}" if cut.rest else None
        text = body.part(cut.end, end).text if text is None else text
        sections.append(_section(cut.title, text, body.first + cut.start))
    if before.text:
        has_summary = any(section.kind == SectionKind.SUMMARY for section in sections)
        kind = SectionKind.SUMMARY if cuts and not has_summary else SectionKind.OTHER
        title = "Summary" if kind == SectionKind.SUMMARY else "What happened"
        first = before.after_blank_lines().first
        sections.insert(0, ParsedSection(kind.value, title, before.text, first))
    return sections


def _section(title: str, text: str, line: int) -> ParsedSection:
    limit = limit_of(Section, "title")
    if len(title) > limit:
        text, title = f"{title}\n\n{text}", title[: limit - 1].rstrip() + "…"
    return ParsedSection(kind_by_words(title), title, text, line)
