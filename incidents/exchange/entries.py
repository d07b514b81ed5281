"""Causes, pattern links and playbook uses in a postmortem's file."""

from __future__ import annotations

from datetime import datetime

from core.exchange.facts import facts_line, key, read_facts, value, words
from core.exchange.problems import Problems
from core.exchange.structure import Block, Labelled, escape, labelled, unescape, with_label
from incidents.exchange.documents import NOTHING, ParsedCause, ParsedPatternLink, ParsedPlaybookUse
from incidents.exchange.header import limit_of
from incidents.exchange.headings import cause_role
from incidents.exchange.times import NotATime, read_moment, write_moment
from incidents.models import CauseRole, LinkState, Origin, Outcome, RootCause

LEVEL = 3
EVIDENCE = "**Evidence:**"


def write_cause(cause: ParsedCause) -> str:
    facts = facts_line(
        [f"origin: {cause.origin}", f"category: {words(cause.category)}" if cause.category else ""]
    )
    written = f"### {CauseRole(cause.role).label}\n\n{facts}\n\n"
    written += escape(cause.text, LEVEL, [EVIDENCE])
    if cause.evidence:
        written += "\n\n" + with_label(EVIDENCE, escape(cause.evidence, LEVEL, [EVIDENCE]))
    return written


def read_cause(block: Block, problems: Problems) -> ParsedCause:
    role = cause_role(block.title)
    if role is None:
        allowed = ", ".join(f"“{each.label}”" for each in CauseRole)
        problems.error(
            block.line,
            f"“{block.title}” is not a role of a cause; the heading is one of: {allowed}.",
        )
        role = CauseRole.CONTRIBUTING
    facts, line, rest = read_facts(block.passage, {"origin", "category"})
    origin, category = Origin.TEAM.value, ""
    for fact in facts:
        if key(fact) == "category":
            category = value(fact)
        elif key(fact) == "origin":
            origin = read_origin(value(fact), line, problems)
        else:
            problems.error(line, f"“{fact}” is not valid for a cause; use origin and category.")
    limit = limit_of(RootCause, "category")
    if len(category) > limit:
        problems.error(line, f"A category may have at most {limit} characters.")
    head, parts = labelled(rest, [EVIDENCE])
    if not head.text:
        problems.error(block.line, "The cause has no text; describe it.")
    return ParsedCause(
        text=unescape(head.text, LEVEL, [EVIDENCE]) or NOTHING,
        role=role.value,
        category=category,
        evidence="\n\n".join(unlabelled(part, LEVEL, [EVIDENCE]) for part in parts),
        origin=origin,
        line=block.line,
    )


def unlabelled(part: Labelled, level: int, labels: list[str]) -> str:
    """Return the text after a label, unescaped."""
    return unescape(part.raw.removeprefix(" "), level, labels)


def read_origin(written: str, line: int | None, problems: Problems) -> str:
    if written in Origin.values:
        return written
    allowed = ", ".join(Origin.values)
    problems.error(line, f"“{written}” is not an origin; use one of: {allowed}.")
    return Origin.TEAM.value


def write_pattern_link(link: ParsedPatternLink) -> str:
    origin = f"origin: {link.origin}" if link.origin != Origin.TEAM else ""
    return _entry(link.slug, [link.state, origin], link.evidence)


def read_pattern_link(block: Block, problems: Problems) -> ParsedPatternLink:
    facts, line, rest = read_facts(block.passage, {"origin", *LinkState.values})
    state, origin = LinkState.CONFIRMED.value, Origin.TEAM.value
    for fact in facts:
        if fact in LinkState.values:
            state = fact
        elif key(fact) == "origin":
            origin = read_origin(value(fact), line, problems)
        else:
            allowed = ", ".join(LinkState.values)
            problems.error(line, f"“{fact}” is not valid for a pattern; use one of: {allowed}.")
    return ParsedPatternLink(
        block.title, state, origin, unescape(rest.text, LEVEL), line=block.line
    )


def write_playbook_use(use: ParsedPlaybookUse) -> str:
    used_at = write_moment(use.used_at) if use.used_at else ""
    return _entry(use.slug, [use.outcome, used_at, words(use.used_by)], use.note)


def read_playbook_use(block: Block, problems: Problems) -> ParsedPlaybookUse:
    facts, line, rest = read_facts(block.passage, set(Outcome.values))
    outcome, used_by = "", ""
    used_at: datetime | None = None
    for fact in facts:
        if fact in Outcome.values and not outcome:
            outcome = fact
        elif fact[:4].isdigit() and used_at is None:
            try:
                used_at = read_moment(fact)
            except NotATime as error:
                problems.error(line, str(error))
        else:
            used_by = fact
    if not outcome:
        allowed = ", ".join(Outcome.values)
        problems.error(
            line or block.line, f"“{block.title}” needs its outcome; use one of: {allowed}."
        )
    return ParsedPlaybookUse(
        block.title,
        outcome or Outcome.HELPED.value,
        used_at,
        used_by,
        unescape(rest.text, LEVEL),
        block.line,
    )


def _entry(heading: str, facts: list[str], text: str) -> str:
    written = f"### {heading}\n\n{facts_line(facts)}"
    return f"{written}\n\n{escape(text, LEVEL)}" if text else written
