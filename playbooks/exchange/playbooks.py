"""A playbook as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from core.exchange import front_matter
from core.exchange.front_matter import FrontMatter
from core.exchange.problems import Problem, Problems, fatal
from core.exchange.structure import Block, Passage, blocks, escape, unescape
from core.text import clean_markdown, one_line
from playbooks.content import PlaybookFields, StepFields, playbook_fields
from playbooks.exchange import fields
from playbooks.exchange.steps import read_step, step_of, write_step
from playbooks.models import Playbook, Risk

PLAYBOOK_FORMAT = "nevertwice/playbook/1"
USE_WHEN, STEPS, VERIFY, ESCALATE = "Use when", "Steps", "How to verify", "When to escalate"
_FIELDS = {USE_WHEN: "use_when", VERIFY: "verify", ESCALATE: "escalate"}


@dataclass(frozen=True)
class ParsedPlaybook:
    """A playbook read from a file, in canonical form. People are usernames."""

    slug: str
    title: str
    patterns: tuple[str, ...] = ()
    risk: str = Risk.LOW.value
    owner: str = ""
    last_reviewed_on: date | None = None
    last_reviewed_by: str = ""
    review_by_on: date | None = None
    use_when: str = ""
    verify: str = ""
    escalate: str = ""
    steps: tuple[StepFields, ...] = ()
    archived: bool | None = None  # None where the file does not say: nothing changes
    patterns_line: int | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def refused(self) -> bool:
        return fatal(self.problems)


def parse_playbook(text: str) -> ParsedPlaybook:
    """The playbook in `text`. Never raises: what is wrong is in `problems`."""
    problems = Problems()
    matter, body = fields.opened(text, PLAYBOOK_FORMAT, problems)
    if matter is None:
        return ParsedPlaybook("", "", problems=problems.in_order())
    slug = fields.slug(matter, Playbook)
    title = fields.required(matter, "title", Playbook, "title")
    header: dict[str, Any] = {
        "patterns": tuple(sorted(matter.texts("patterns"))),
        "risk": _risk(matter),
        "owner": matter.text("owner"),
        "last_reviewed_on": _day(matter, "last_reviewed_on"),
        "last_reviewed_by": matter.text("last_reviewed_by"),
        "review_by_on": _day(matter, "review_by_on"),
        "archived": fields.archived(matter),
        "patterns_line": matter.line_of("patterns"),
    }
    fields.leave_out_unknown(matter)
    texts, steps = _body(body, problems)
    header |= texts
    if not texts.get("use_when"):
        problems.error(body.first, f"“## {USE_WHEN}” is missing or empty.")
    return ParsedPlaybook(slug, title, steps=tuple(steps), problems=problems.in_order(), **header)


def _body(body: Passage, problems: Problems) -> tuple[dict[str, str], list[StepFields]]:
    preamble, found = blocks(body, level=2)
    if preamble.text:
        problems.error(
            preamble.after_blank_lines().first, f"Text before “## {USE_WHEN}” has no place here."
        )
    headings = {heading.casefold(): heading for heading in (*_FIELDS, STEPS)}
    texts: dict[str, str] = {}
    steps: list[StepFields] = []
    for block in found:
        heading = headings.get(block.title.casefold())
        if heading is None:
            allowed = ", ".join(f"“{each}”" for each in headings.values())
            problems.error(
                block.line, f"“{block.title}” has no place here; the headings are {allowed}."
            )
        elif heading == STEPS:
            steps += _steps(block, problems)
        else:
            texts[_FIELDS[heading]] = unescape(block.passage.text, 2)
    return texts, steps


def _steps(block: Block, problems: Problems) -> list[StepFields]:
    preamble, found = blocks(block.passage, level=3)
    if preamble.text:
        problems.error(
            preamble.after_blank_lines().first,
            "A step begins with a heading such as “### 1. Find the certificate”.",
        )
    return [read_step(step, problems) for step in found]


def _risk(matter: FrontMatter) -> str:
    written = matter.text("risk") or Risk.LOW.value
    if written not in Risk.values:
        matter.problems.error(
            matter.line_of("risk"),
            f"“{written}” is not a risk; use one of: {', '.join(Risk.values)}.",
        )
    return written


def _day(matter: FrontMatter, key: str) -> date | None:
    try:
        return date.fromisoformat(matter.text(key)) if matter.has(key) else None
    except ValueError:
        matter.problems.error(
            matter.line_of(key), f"“{matter.text(key)}” is no date; write one such as 2026-11-01."
        )
        return None


def playbook_of(playbook: Playbook) -> ParsedPlaybook:
    """The playbook as it stands in the database, in canonical form."""
    return document_of(playbook.slug, playbook_fields(playbook), archived=playbook.is_archived)


def document_of(slug: str, said: PlaybookFields, *, archived: bool = False) -> ParsedPlaybook:
    """Return the playbook of this slug in canonical form."""
    reviewer = said.last_reviewed_by
    return ParsedPlaybook(
        slug=slug,
        title=one_line(said.title) or slug,
        patterns=tuple(sorted(said.patterns)),
        risk=said.risk,
        owner=said.owner.username if said.owner else "",
        last_reviewed_on=said.last_reviewed_on,
        last_reviewed_by=reviewer.username if reviewer else "",
        review_by_on=said.review_by_on,
        use_when=clean_markdown(said.use_when) or "–",
        verify=clean_markdown(said.verify),
        escalate=clean_markdown(said.escalate),
        archived=archived or None,
        steps=tuple(step_of(step) for step in said.steps),
    )


def render_playbook(playbook: Playbook) -> str:
    """The playbook as one file's text."""
    return write_playbook(playbook_of(playbook))


def write_playbook(document: ParsedPlaybook) -> str:
    """`document` as one file's text. Parsing it gives the same again."""
    matter = front_matter.dump(
        {
            "format": PLAYBOOK_FORMAT,
            "slug": document.slug,
            "title": document.title,
            "patterns": list(document.patterns),
            "risk": document.risk,
            "owner": document.owner,
            "last_reviewed_on": _written(document.last_reviewed_on),
            "last_reviewed_by": document.last_reviewed_by,
            "review_by_on": _written(document.review_by_on),
            "archived": "yes" if document.archived else "",
        }
    )
    steps = [write_step(number, step) for number, step in enumerate(document.steps, start=1)]
    parts = [matter, _section(USE_WHEN, document.use_when)]
    parts += [f"## {STEPS}", *steps] if steps else []
    parts += [_section(VERIFY, document.verify), _section(ESCALATE, document.escalate)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _written(day: date | None) -> str:
    return day.isoformat() if day else ""


def _section(heading: str, text: str) -> str:
    return f"## {heading}\n\n{escape(text, 2)}" if text else ""
