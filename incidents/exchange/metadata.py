"""A section for metadata that has no field of ours."""

from __future__ import annotations

import re

from incidents.exchange.documents import ParsedSection
from incidents.models import SectionKind

TITLE = "Imported metadata"


def metadata_section(front_matter: str, language: str = "yaml", lines: str = "") -> ParsedSection:
    """Return a section with pieces of front matter and lines of the text, verbatim."""
    blocks = [_fenced(front_matter, language), _fenced(lines, "text")]
    body = "\n\n".join(block for block in blocks if block)
    return ParsedSection(SectionKind.SUPPORTING.value, TITLE, body)


def _fenced(text: str, language: str) -> str:
    if not text.strip():
        return ""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
