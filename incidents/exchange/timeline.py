"""Timeline of a postmortem's file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.exchange.facts import facts_line, key, read_facts, value, words
from core.exchange.problems import Problems
from core.exchange.structure import Block, escape, unescape
from incidents.exchange.documents import NOTHING, ParsedEvent
from incidents.exchange.header import is_url, limit_of
from incidents.exchange.times import NOT_RECORDED, NotATime, is_day, read_time, write_time
from incidents.models import EventKind, Milestone, Precision, TimelineEvent

LEVEL = 3
KEYS = {"milestone", "evidence", "as written", "starred", *Precision.values, *EventKind.values}


def write_event(event: ParsedEvent, zone_name: str) -> str:
    heading = (
        write_time(event.occurred_at, zone_name, event.precision)
        if event.occurred_at
        else NOT_RECORDED
    )
    if event.ends_at:
        heading += f" to {write_time(event.ends_at, zone_name, event.precision)}"
    facts = facts_line(
        [
            event.precision,
            f"as written “{words(event.as_written)}”" if event.as_written else "",
            f"milestone: {event.milestone}" if event.milestone else "",
            event.kind,
            "starred" if event.starred else "",
            f"evidence: <{event.evidence_url}>" if event.evidence_url else "",
        ]
    )
    return f"### {heading}\n\n{facts}\n\n{escape(event.text, LEVEL)}"


def read_event(block: Block, zone_name: str | None, problems: Problems) -> ParsedEvent:
    facts, line, rest = read_facts(block.passage, KEYS)
    fields = _facts(facts, line, problems)
    start, _, end = block.title.partition(" to ")
    occurred_at = ends_at = None
    try:
        if start.strip().casefold() != NOT_RECORDED.casefold():
            occurred_at = read_time(start.strip(), zone_name)
        if end:
            ends_at = read_time(end.strip(), zone_name)
    except NotATime as error:
        problems.error(block.line, str(error))
        fields["precision"] = Precision.UNKNOWN.value
    else:
        fields["precision"] = _precision(
            fields["precision"], start.strip(), occurred_at, block.line, problems
        )
    if occurred_at and ends_at and ends_at < occurred_at:
        problems.error(block.line, f"The event ends before it starts: “{block.title}”.")
    if not rest.text:
        problems.error(block.line, f"The event “{block.title}” has no text; write what happened.")
    text = unescape(rest.text, LEVEL) or NOTHING
    return ParsedEvent(
        text=text, occurred_at=occurred_at, ends_at=ends_at, line=block.line, **fields
    )


def _precision(
    stated: str, heading: str, occurred_at: datetime | None, line: int, problems: Problems
) -> str:
    if occurred_at is None:
        if stated and stated != Precision.UNKNOWN:
            problems.error(line, f"“{NOT_RECORDED}” goes with the precision unknown only.")
        return Precision.UNKNOWN.value
    if stated == Precision.UNKNOWN:
        problems.error(
            line, f"A time of precision unknown must be headed “{NOT_RECORDED}”, not “{heading}”."
        )
    return stated or (Precision.DAY if is_day(heading) else Precision.MINUTE).value


def _facts(facts: list[str], line: int | None, problems: Problems) -> dict[str, Any]:
    fields: dict[str, Any] = {"precision": "", "kind": EventKind.OBSERVATION.value}
    for fact in facts:
        name = key(fact)
        if fact in Precision.values:
            fields["precision"] = fact
        elif fact in EventKind.values:
            fields["kind"] = fact
        elif fact == "starred":
            fields["starred"] = True
        elif name == "milestone":
            fields["milestone"] = _milestone(value(fact), line, problems)
        elif name == "as written":
            fields["as_written"] = _as_written(value(fact), line, problems)
        elif name == "evidence":
            fields["evidence_url"] = link(value(fact), line, problems)
        else:
            problems.error(
                line,
                f"“{fact}” is not valid on the timeline; precisions are "
                f"{', '.join(Precision.values)}, kinds are {', '.join(EventKind.values)}.",
            )
    return fields


def _milestone(written: str, line: int | None, problems: Problems) -> str:
    if written in Milestone.values:
        return written
    allowed = ", ".join(Milestone.values)
    problems.error(line, f"“{written}” is not a milestone; use one of: {allowed}.")
    return ""


def _as_written(written: str, line: int | None, problems: Problems) -> str:
    limit = limit_of(TimelineEvent, "as_written")
    if len(written) > limit:
        problems.error(line, f"A time as written may have at most {limit} characters.")
    return written


def link(written: str, line: int | None, problems: Problems) -> str:
    """Return the web address in `<…>` or bare; note a problem if it is not one."""
    url = written.removeprefix("<").removesuffix(">")
    limit = limit_of(TimelineEvent, "evidence_url")
    if not is_url(url) or len(url) > limit:
        problems.error(
            line, f"“{url[:80]}” is not a web address, or longer than {limit} characters."
        )
    return url


def check_milestones(events: list[ParsedEvent], problems: Problems) -> None:
    """Note a problem for each milestone that more than one event has."""
    seen: dict[str, ParsedEvent] = {}
    for event in events:
        if event.milestone and event.milestone in seen:
            problems.error(
                event.line,
                f"The milestone “{event.milestone}” is set on two events; the other is in line "
                f"{seen[event.milestone].line}.",
            )
        seen.setdefault(event.milestone, event)
