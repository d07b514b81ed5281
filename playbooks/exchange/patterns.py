"""A failure pattern as a file."""

from __future__ import annotations

from dataclasses import dataclass

from core.exchange import front_matter
from core.exchange.problems import Problem, Problems, fatal
from core.exchange.structure import blocks, escape, unescape
from core.text import clean_markdown, one_line
from playbooks.content import PatternFields
from playbooks.exchange import fields
from playbooks.models import FailurePattern

PATTERN_FORMAT = "nevertwice/pattern/1"
RECOGNISE = "How to recognise it"
_SIGNAL_LIMIT = 200


@dataclass(frozen=True)
class ParsedPattern:
    """A failure pattern read from a file, in canonical form."""

    slug: str
    said: PatternFields
    archived: bool | None = None  # None where the file does not say: nothing changes
    problems: tuple[Problem, ...] = ()

    @property
    def title(self) -> str:
        return self.said.name

    @property
    def refused(self) -> bool:
        return fatal(self.problems)


def parse_pattern(text: str) -> ParsedPattern:
    """The failure pattern in `text`. Never raises: what is wrong is in `problems`."""
    problems = Problems()
    matter, body = fields.opened(text, PATTERN_FORMAT, problems)
    if matter is None:
        said = PatternFields(name="", definition="")
        return ParsedPattern("", said, problems=problems.in_order())
    slug = fields.slug(matter, FailurePattern)
    name = fields.required(matter, "name", FailurePattern, "name")
    signals = matter.texts("signals")
    for signal in signals:
        if len(signal) > _SIGNAL_LIMIT:
            problems.error(
                matter.line_of("signals"), f"A signal has at most {_SIGNAL_LIMIT} characters."
            )
    archived = fields.archived(matter)
    fields.leave_out_unknown(matter)
    definition, found = blocks(body, level=2)
    if not definition.text:
        problems.error(body.first, "The definition is missing: a sentence below the front matter.")
    recognise = ""
    for block in found:
        if block.title.casefold() == RECOGNISE.casefold():
            recognise = unescape(block.passage.text, 2)
        else:
            problems.error(
                block.line, f"“{block.title}” has no place here; the heading is “{RECOGNISE}”."
            )
    said = PatternFields(
        name=name,
        definition=unescape(definition.text, 2),
        recognise=recognise,
        signals=tuple(signals),
    )
    return ParsedPattern(slug, said, archived, problems.in_order())


def pattern_of(pattern: FailurePattern) -> ParsedPattern:
    """The failure pattern as it stands in the database, in canonical form."""
    signals = [one_line(signal) for signal in pattern.signals]
    said = PatternFields(
        name=one_line(pattern.name) or pattern.slug,
        definition=clean_markdown(pattern.definition) or "–",
        recognise=clean_markdown(pattern.recognise),
        signals=tuple(dict.fromkeys(signal for signal in signals if signal)),
    )
    return ParsedPattern(pattern.slug, said, pattern.is_archived or None)


def render_pattern(pattern: FailurePattern) -> str:
    """The failure pattern as one file's text."""
    return write_pattern(pattern_of(pattern))


def write_pattern(document: ParsedPattern) -> str:
    """`document` as one file's text. Parsing it gives the same again."""
    said = document.said
    matter = front_matter.dump(
        {
            "format": PATTERN_FORMAT,
            "slug": document.slug,
            "name": said.name,
            "signals": list(said.signals),
            "archived": "yes" if document.archived else "",
        }
    )
    parts = [matter, escape(said.definition, 2)]
    if said.recognise:
        parts.append(f"## {RECOGNISE}\n\n{escape(said.recognise, 2)}")
    return "\n\n".join(parts) + "\n"
