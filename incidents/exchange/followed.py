"""Follow-up of an action item in a postmortem's file: evidence, accepted risk, parts, dependencies.

Parts and dependencies are named by their place among the action items of the file. Only a line of
exactly this form is read; any other stays text, as in files older than these lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from core.exchange.problems import Problems
from core.text import one_line
from incidents.exchange.documents import ParsedActionItem
from incidents.exchange.header import limit_of
from incidents.exchange.timeline import link
from incidents.exchange.times import NotATime, read_day
from incidents.models import ActionItem, ActionItemStatus

_PLACES = re.compile(r"[1-9][0-9]{0,5}(?:, [1-9][0-9]{0,5})*")
_FORMS = {
    "Due because": re.compile(r"\S.*"),
    "Part of": re.compile(r"[1-9][0-9]{0,5}"),
    "Waits for": _PLACES,
    "Evidence": re.compile(r"<[^<>\s]+>"),
    "Verified by": re.compile(r"\S+"),
    "Re-review": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}
PREFIXES = [f"- {name}:" for name in _FORMS]


def bullets(item: ParsedActionItem) -> list[str]:
    """Return the lines for those facts of the item that are set."""
    values = {
        "Due because": item.due_reason,
        "Part of": str(item.part_of or ""),
        "Waits for": ", ".join(map(str, item.waits_for)),
        "Evidence": f"<{item.evidence_url}>" if item.evidence_url else "",
        "Verified by": item.verified_by,
        "Re-review": item.re_review_on.isoformat() if item.re_review_on else "",
    }
    return [f"- {name}: {value}" for name, value in values.items() if value]


def is_bullet(line: str) -> bool:
    name, value = _split(line)
    return name in _FORMS and bool(_FORMS[name].fullmatch(value))


def read_bullet(bullet: str, line: int, fields: dict[str, Any], problems: Problems) -> None:
    name, value = _split(bullet)
    if name == "Due because":
        fields["due_reason"] = one_line(value)
        if len(fields["due_reason"]) > (limit := limit_of(ActionItem, "due_reason")):
            problems.error(line, f"“Due because” has at most {limit} characters.")
    elif name == "Part of":
        fields["part_of"] = int(value)
    elif name == "Waits for":
        fields["waits_for"] = tuple(sorted({int(place) for place in value.split(", ")}))
    elif name == "Evidence":
        fields["evidence_url"] = link(value, line, problems)
    elif name == "Verified by":
        fields["verified_by"] = value
    else:
        try:
            fields["re_review_on"] = read_day(value)
        except NotATime as error:
            problems.error(line, str(error))


def _split(line: str) -> tuple[str, str]:
    name, colon, value = line.removeprefix("- ").partition(":")
    return (name, value.strip()) if colon and line.startswith("- ") else ("", "")


def check(items: Sequence[ParsedActionItem], problems: Problems) -> None:
    """Note problems with parts, dependencies, evidence and accepted risk of the items of one
    file.
    """
    for place, item in enumerate(items, start=1):
        _check_end(item, problems)
        whole = items[item.part_of - 1] if item.part_of and item.part_of <= len(items) else None
        if item.part_of and (whole is None or item.part_of == place):
            problems.error(
                item.line, f"There is no other action item {item.part_of} to be part of."
            )
        elif whole is not None and whole.part_of:
            problems.error(item.line, "A part cannot have parts: its parent is itself a part.")
        if any(waited == place or waited > len(items) for waited in item.waits_for):
            problems.error(item.line, "It waits for an action item that is not in the file.")
    for place in _in_a_circle([item.waits_for for item in items]):
        problems.error(items[place - 1].line, "Its dependencies form a cycle.")


def _check_end(item: ParsedActionItem, problems: Problems) -> None:
    is_done = item.status == ActionItemStatus.DONE
    is_declined = item.status == ActionItemStatus.WONT_DO
    if (item.evidence_url or item.verified_by) and not is_done:
        problems.error(item.line, "“Evidence” and “Verified by” go with the status done only.")
    if (item.accepted_risk or item.re_review_on) and not is_declined:
        problems.error(
            item.line, "“Accepted risk” and “Re-review” go with the status wont_do only."
        )


def _in_a_circle(waits_for: Sequence[tuple[int, ...]]) -> list[int]:
    """Return the places, from 1, that wait for themselves, directly or through others.

    Repeatedly removes items that wait for no remaining item; the rest can never start.
    """
    waits = {place: set(others) - {place} for place, others in enumerate(waits_for, start=1)}
    waited_by: dict[int, list[int]] = {place: [] for place in waits}
    for place, others in waits.items():
        for other in others & waits.keys():
            waited_by[other].append(place)
    free = [place for place, others in waits.items() if not others & waits.keys()]
    left = set(waits)
    while free:
        place = free.pop()
        left.discard(place)
        for other in waited_by[place]:
            waits[other].discard(place)
            if not waits[other] & left and other in left:
                free.append(other)
    return sorted(left)
