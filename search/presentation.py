"""Results as rows: everything the page shows of a result, built before the template runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from action_items.due_dates import due
from core import times
from core.templatetags import ui
from incidents.addresses import (
    action_item_url,
    incident_url,
    pattern_url,
    playbook_start_url,
    playbook_url,
)
from incidents.models import ActionItem, ActionItemStatus, PostmortemStatus, Severity
from playbooks.models import Risk
from search.engine import Hit
from search.related_playbooks import related_playbooks
from search.track_record import TrackRecord, track_record

KINDS = {
    "incident": ("bolt", "Incident"),
    "action_item": ("checklist", "Action item"),
    "playbook": ("book", "Playbook"),
    "pattern": ("repeat", "Failure pattern"),
}
_LONGEST = 80  # characters of the services in a row
_LABELS: dict[str, str] = {
    value: str(label)
    for choices in (Severity, PostmortemStatus, ActionItemStatus, Risk)
    for value, label in choices.choices
}


@dataclass(frozen=True)
class ResultRow:
    """One result row. Its parts are HTML already: building them in the template would cost as much
    as the search."""

    kind: str
    url: str
    icon: SafeString
    title: SafeString
    snippet: SafeString
    facts: SafeString
    playbooks: SafeString
    begins_partial: bool = False
    start_url: str = ""


def url_of(hit: Hit) -> str:
    """Return the URL of a result."""
    if hit.kind == "action_item":
        return action_item_url(hit.pk)
    return _URLS[hit.kind](hit.reference)


def result_rows(
    hits: Sequence[Hit], *, user: User, today: date, complete: int = 0
) -> list[ResultRow]:
    """Return the hits as rows for `user` on the day `today`.

    `complete` is the number of results with all the words: if there are any, the first row with
    only some of them is marked.
    """
    helping = related_playbooks(
        [hit.pk for hit in hits if hit.kind == "incident"],
        found=[hit.reference for hit in hits if hit.kind == "playbook"],
    )
    known = track_record(
        [hit.pk for hit in hits if hit.kind == "pattern"],
        [hit.pk for hit in hits if hit.kind == "playbook"],
        user,
    )
    partial = next((hit for hit in hits if complete and not hit.is_complete), None)
    return [
        _row(
            hit,
            helping.get(hit.pk, ()) if hit.kind == "incident" else (),
            _FACTS[hit.kind](hit, today, known),
            begins_partial=hit is partial,
        )
        for hit in hits
    ]


def _row(
    hit: Hit, helping: Sequence[tuple[str, str]], facts: Iterable[str], *, begins_partial: bool
) -> ResultRow:
    title = ui.marked(hit.title)
    return ResultRow(
        kind=hit.kind,
        url=url_of(hit),
        icon=ui.icon(*KINDS[hit.kind]),
        title=_reference(hit.reference) + title if hit.kind == "incident" else title,
        snippet=ui.marked(hit.snippet),
        facts=ui.line(facts),
        playbooks=_playbooks(helping, hit.reference),
        begins_partial=begins_partial,
        start_url=playbook_start_url(hit.reference) if hit.kind == "playbook" else "",
    )


def _incident_facts(hit: Hit, today: date, known: TrackRecord) -> Iterator[str]:
    facts = hit.facts
    yield _kind("incident")
    yield _badge(facts.get("severity", "unknown"))
    yield _badge(facts.get("status", "draft"))
    yield facts.get("occurred", "")
    yield _named(facts.get("services", ()))
    if facts.get("restricted"):
        yield "Restricted"


def _action_item_facts(hit: Hit, today: date, known: TrackRecord) -> Iterator[str]:
    facts = hit.facts
    item = ActionItem(status=facts.get("status", "open"), due_on=_day(facts.get("due_on")))
    yield _kind("action_item")
    yield format_html(
        '<span>of <a href="{}">{} {}</a></span>',
        incident_url(hit.reference),
        hit.reference,
        facts.get("incident_title", ""),
    )
    yield _badge(item.status)
    yield facts.get("owner") or "Unassigned"
    if item.is_open:
        when = due(item, today)
        yield format_html('<span class="action-item-due {}">{}</span>', when.stage, when.text)


def _playbook_facts(hit: Hit, today: date, known: TrackRecord) -> Iterator[str]:
    facts = hit.facts
    reviewed = _day(facts.get("reviewed_on"))
    yield _kind("playbook")
    yield _badge(facts.get("risk", Risk.LOW))
    yield ui.counted(facts.get("steps", 0), "step")
    yield known.of_playbook(hit.pk)
    yield f"reviewed {times.day(reviewed)}" if reviewed else "never reviewed"


def _pattern_facts(hit: Hit, today: date, known: TrackRecord) -> Iterator[str]:
    yield _kind("pattern")
    yield known.of_pattern(hit.pk)


@cache
def _kind(kind: str) -> SafeString:
    return format_html('<span class="search-kind-name">{}</span>', KINDS[kind][1])


@cache
def _badge(value: str) -> SafeString:
    return ui.badge(value, _LABELS.get(value, value))


def _reference(reference: str) -> SafeString:
    return ui.filled('<span class="search-reference">{}</span> ', [(reference,)])


def _playbooks(helping: Sequence[tuple[str, str]], incident: str) -> SafeString:
    """Return the best playbook of an incident; the others unfold."""
    links = [_playbook(slug, title, incident) for slug, title in helping]
    if len(links) < 2:
        return ui.line(links)
    return format_html(
        "{} <details><summary>{} more"
        '<span class="visually-hidden"> playbooks for {}</span></summary>{}</details>',
        links[0],
        len(links) - 1,
        incident,
        ui.line(links[1:]),
    )


@lru_cache(maxsize=1024)
def _playbook(slug: str, title: str, incident: str) -> SafeString:
    """Return a link to a playbook, one tap away. Its page offers to follow it for this incident,
    while that is ongoing."""
    return format_html(
        '<a class="btn btn-sm" href="{}?incident={}">{} {}</a>',
        playbook_url(slug),
        incident,
        ui.icon("book", "Playbook:"),
        title,
    )


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
_FACTS: dict[str, Callable[[Hit, date, TrackRecord], Iterator[str]]] = {
    "incident": _incident_facts,
    "action_item": _action_item_facts,
    "playbook": _playbook_facts,
    "pattern": _pattern_facts,
}
