"""Results as rows: everything the page shows about one, worked out before the template runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from core.templatetags import ui
from incidents.models import ActionItem, ActionItemStatus, PostmortemStatus, Severity
from incidents.views.action_item_rows import due
from incidents.views.addresses import incident_url, pattern_url, playbook_url
from playbooks.models import Risk
from search.helping import playbooks_for
from search.query import Hit

KINDS = {
    "incident": ("bolt", "Incident"),
    "action_item": ("checklist", "Action item"),
    "playbook": ("book", "Playbook"),
    "pattern": ("repeat", "Failure pattern"),
}
_LONGEST = 80  # services that a row names, in characters
_LABELS: dict[str, str] = {
    value: str(label)
    for choices in (Severity, PostmortemStatus, ActionItemStatus, Risk)
    for value, label in choices.choices
}
_BADGES = {value: ui.badge(value, label) for value, label in _LABELS.items()}


@dataclass(frozen=True)
class Link:
    """Something to open: a playbook, the incident of an action item."""

    text: str
    url: str


@dataclass(frozen=True)
class Row:
    """One result. `late` names how an action item is late, in the tones of their list."""

    kind: str
    icon: str
    kind_name: str
    url: str
    reference: str
    title: SafeString
    snippet: SafeString
    badges: tuple[SafeString, ...] = ()
    facts: tuple[str, ...] = ()
    due: str = ""
    late: str = ""
    incident: Link | None = None
    playbooks: tuple[Link, ...] = ()
    begins_partial: bool = False


def url_of(hit: Hit) -> str:
    """The page of what was found."""
    if hit.kind == "action_item":
        return action_item_url(hit.facts["pk"])
    return _URLS[hit.kind](hit.reference)


def rows(hits: Sequence[Hit], *, today: date, complete: int = 0) -> list[Row]:
    """The hits as the page shows them, on the day `today`.

    `complete` says how many of all results hold all the words: where there are any, the first row
    that holds only some of them says so.
    """
    helping = playbooks_for(
        [hit.reference for hit in hits if hit.kind == "incident"],
        found=[hit.reference for hit in hits if hit.kind == "playbook"],
    )
    partial = next((hit for hit in hits if complete and not hit.is_complete), None)
    return [_row(hit, helping, today, begins_partial=hit is partial) for hit in hits]


def _row(
    hit: Hit, helping: dict[str, list[tuple[str, str]]], today: date, *, begins_partial: bool
) -> Row:
    icon, kind_name = KINDS[hit.kind]
    shown = _SHOWN[hit.kind](hit, today)
    return Row(
        kind=hit.kind,
        icon=icon,
        kind_name=kind_name,
        url=url_of(hit),
        reference=hit.reference if hit.kind == "incident" else "",
        title=ui.marked(hit.title),
        snippet=ui.marked(hit.snippet),
        playbooks=tuple(
            # The page offers to follow it for this incident, where that still goes on.
            Link(title, f"{playbook_url(slug)}?incident={hit.reference}")
            for slug, title in helping.get(hit.reference, ())
        ),
        begins_partial=begins_partial,
        **shown,
    )


def _incident(hit: Hit, today: date) -> dict[str, Any]:
    facts = hit.facts
    shown = [facts.get("occurred", ""), _named(facts.get("services", ()))]
    if facts.get("restricted"):
        shown.append("Restricted")
    return {
        "badges": _badges(facts.get("severity", "unknown"), facts.get("status", "draft")),
        "facts": tuple(filter(None, shown)),
    }


def _action_item(hit: Hit, today: date) -> dict[str, Any]:
    facts = hit.facts
    item = ActionItem(status=facts.get("status", "open"), due_on=_day(facts.get("due_on")))
    when = due(item, today)
    reference = facts.get("incident", "")
    return {
        "badges": _badges(item.status),
        "facts": (facts.get("owner") or "Nobody’s yet",),
        "due": when.text if item.is_open else "",
        "late": when.stage,
        "incident": Link(f"{reference} {facts.get('incident_title', '')}", incident_url(reference)),
    }


def _playbook(hit: Hit, today: date) -> dict[str, Any]:
    facts = hit.facts
    reviewed = _day(facts.get("reviewed_on"))
    return {
        "badges": _badges(facts.get("risk", Risk.LOW)),
        "facts": (
            ui.counted(facts.get("steps", 0), "step"),
            f"reviewed {reviewed:%-d %b %Y}" if reviewed else "never reviewed",
        ),
    }


def _pattern(hit: Hit, today: date) -> dict[str, Any]:
    return {}


def action_item_url(pk: int) -> str:
    """The page of the action item, without a search through the URL map."""
    return _action_item_shape().replace("987654321", str(pk))


@cache
def _action_item_shape() -> str:
    return reverse("action_item_detail", args=[987654321])


def _badges(*values: str) -> tuple[SafeString, ...]:
    return tuple(_BADGES[value] for value in values if value in _BADGES)


def _named(services: Iterable[str]) -> str:
    text = ", ".join(services)
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(",", 1)[0] + " …"


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


_URLS: dict[str, Callable[[str], str]] = {
    "incident": incident_url,
    "playbook": playbook_url,
    "pattern": pattern_url,
}
_SHOWN: dict[str, Callable[[Hit, date], dict[str, Any]]] = {
    "incident": _incident,
    "action_item": _action_item,
    "playbook": _playbook,
    "pattern": _pattern,
}
