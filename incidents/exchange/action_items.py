"""Action items in a postmortem's file."""

from __future__ import annotations

import re
from typing import Any

from core.exchange.facts import facts_line, key, read_facts, value
from core.exchange.problems import Problems
from core.exchange.structure import Block, Labelled, Passage, escape, labelled, unescape, with_label
from incidents.exchange import followed
from incidents.exchange.documents import NOTHING, ParsedActionItem
from incidents.exchange.entries import read_origin, unlabelled
from incidents.exchange.header import limit_of
from incidents.exchange.timeline import link
from incidents.exchange.times import NotATime, read_day, read_moment, write_moment
from incidents.models import (
    CLOSED,
    ActionItem,
    ActionItemKind,
    ActionItemStatus,
    Origin,
    Priority,
    Size,
)

LEVEL = 3
CLOSED_LABEL = "**Closed:**"
NOTE_LABEL = "**Closing note:**"
BULLETS = ["- Owner:", "- Due:", "- Size:", "- Tracker:"]
RISK_LABEL = "**Accepted risk:**"
LABELS = [CLOSED_LABEL, NOTE_LABEL, RISK_LABEL]
_ESCAPED = [*LABELS, *BULLETS, *followed.PREFIXES]
_CLOSED = re.compile(r"\s*(\S+)(?: by (\S+))?(?: · (.*)| *)\Z", re.DOTALL)
_FACTS = {"origin", *ActionItemStatus.values, *ActionItemKind.values, *Priority.values}


def write_action_item(item: ParsedActionItem) -> str:
    origin = f"origin: {item.origin}" if item.origin != Origin.TEAM else ""
    bullets = [
        f"- Owner: {item.owner}" if item.owner else "",
        f"- Owner: team: {item.owner_team}" if item.owner_team else "",
        f"- Owner: as written: {item.owner_as_written}" if item.owner_as_written else "",
        f"- Due: {item.due_on.isoformat()}" if item.due_on else "",
        f"- Size: {item.size}" if item.size else "",
        f"- Tracker: <{item.tracker_url}>" if item.tracker_url else "",
        *followed.bullets(item),
    ]
    parts = [
        f"### {item.title}",
        facts_line([item.status, item.kind, item.priority, origin]),
        "\n".join(bullet for bullet in bullets if bullet),
        escape(item.detail, LEVEL, _ESCAPED),
        _closing(item),
        with_label(RISK_LABEL, escape(item.accepted_risk, LEVEL, _ESCAPED))
        if item.accepted_risk
        else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _closing(item: ParsedActionItem) -> str:
    note = escape(item.closing_note, LEVEL, _ESCAPED)
    if item.closed_at:
        by = f" by {item.closed_by}" if item.closed_by else ""
        return with_label(f"{CLOSED_LABEL} {write_moment(item.closed_at)}{by}", note, " · ")
    return with_label(NOTE_LABEL, note) if note else ""


def read_action_item(block: Block, problems: Problems) -> ParsedActionItem:
    facts, line, rest = read_facts(block.passage, _FACTS)
    fields = _facts(facts, line, problems)
    bullets, rest = _bullets(rest)
    for index, bullet in enumerate(bullets.lines):
        _bullet(bullet, bullets.first + index, fields, problems)
    head, parts = labelled(rest, LABELS)
    for part in parts:
        _closed(part, fields, problems)
    limit = limit_of(ActionItem, "title")
    if not block.title:
        problems.error(block.line, "The action item has no title.")
    if len(block.title) > limit:
        problems.error(block.line, f"The title of an action item has at most {limit} characters.")
    is_closed = fields["status"] in CLOSED
    if is_closed and not fields.get("closed_at"):
        problems.error(
            block.line, f"A closed action item needs “{CLOSED_LABEL} 2019-03-10T09:00:00Z · why”."
        )
    if not is_closed and fields.get("closed_at"):
        problems.error(block.line, f"“{CLOSED_LABEL}” goes with the status done or wont_do only.")
    detail = unescape(head.text, LEVEL, _ESCAPED)
    return ParsedActionItem(title=block.title or NOTHING, detail=detail, line=block.line, **fields)


def _facts(facts: list[str], line: int | None, problems: Problems) -> dict[str, Any]:
    fields: dict[str, Any] = {"status": ActionItemStatus.OPEN.value}
    for fact in facts:
        if fact in ActionItemStatus.values:
            fields["status"] = fact
        elif fact in ActionItemKind.values:
            fields["kind"] = fact
        elif fact in Priority.values:
            fields["priority"] = fact
        elif key(fact) == "origin":
            fields["origin"] = read_origin(value(fact), line, problems)
        else:
            problems.error(
                line,
                f"“{fact}” is not valid for an action item; statuses are "
                f"{', '.join(ActionItemStatus.values)}, kinds are "
                f"{', '.join(ActionItemKind.values)}, priorities are "
                f"{', '.join(Priority.values)}.",
            )
    return fields


def _bullets(passage: Passage) -> tuple[Passage, Passage]:
    start = passage.after_blank_lines()
    count = 0
    for line in start.lines:
        if not line.startswith(tuple(BULLETS)) and not followed.is_bullet(line):
            break
        count += 1
    return start.part(0, count), (start.part(count) if count else passage)


def _bullet(bullet: str, line: int, fields: dict[str, Any], problems: Problems) -> None:
    if not bullet.startswith(tuple(BULLETS)):
        followed.read_bullet(bullet, line, fields, problems)
        return
    name, _, written = bullet.removeprefix("- ").partition(":")
    written = written.strip()
    if name == "Owner":
        _owner(written, line, fields, problems)
    elif name == "Tracker":
        fields["tracker_url"] = link(written, line, problems)
    elif name == "Size":
        fields["size"] = written
        if written not in Size.values:
            problems.error(
                line, f"“{written}” is not a size; use one of: {', '.join(Size.values)}."
            )
    else:
        try:
            fields["due_on"] = read_day(written)
        except NotATime as error:
            problems.error(line, str(error))


def _owner(written: str, line: int, fields: dict[str, Any], problems: Problems) -> None:
    if written.startswith("team:"):
        name = "owner_team"
        written = written.removeprefix("team:").strip()
    elif written.startswith("as written:"):
        name = "owner_as_written"
        written = written.removeprefix("as written:").strip()
    elif " " in written:  # no username, so a name from the source
        name = "owner_as_written"
    else:
        name = "owner"
    if fields.get(name) or (name != "owner_as_written" and {"owner", "owner_team"} & {*fields}):
        problems.error(line, "An action item has one owner: a person or a team.")
    limit = limit_of(ActionItem, "owner_as_written")
    if len(written) > limit:
        problems.error(line, f"An owner has at most {limit} characters.")
    fields[name] = written


def _closed(part: Labelled, fields: dict[str, Any], problems: Problems) -> None:
    if part.label == NOTE_LABEL:
        fields["closing_note"] = unlabelled(part, LEVEL, _ESCAPED)
        return
    if part.label == RISK_LABEL:
        fields["accepted_risk"] = unlabelled(part, LEVEL, _ESCAPED)
        return
    first, _, below = part.raw.partition("\n")
    match = _CLOSED.match(first)
    try:
        if match is None:
            raise NotATime(f"“{CLOSED_LABEL}” needs the moment, such as 2019-03-10T09:00:00Z.")
        fields["closed_at"] = read_moment(match[1])
    except NotATime as error:
        problems.error(part.line, str(error))
        return
    fields["closed_by"] = match[2] or ""
    note = f"{match[3]}\n{below}" if match[3] is not None else below
    fields["closing_note"] = unescape(note, LEVEL, _ESCAPED)
