"""The patterns and playbooks of one incident, as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import User
from core import markdown
from incidents import recurrence
from incidents.models import ActionItem, Incident, LinkState, Origin, Outcome, PlaybookUse
from incidents.recurrence import History, PastIncident, PlaybookLabel, Promise
from incidents.views.addresses import incident_part_url, incident_url, pattern_url, playbook_url
from incidents.views.clock import occurred_day

OTHERS_SHOWN = 6
PROMISES_SHOWN = 3


@dataclass(frozen=True)
class Line:
    """A link with a few words after it."""

    text: str
    url: str
    facts: str = ""


@dataclass(frozen=True)
class PatternRow:
    """A pattern of the incident, with the other incidents that share it."""

    pk: int
    name: str
    url: str
    state: str
    state_label: str
    origin: str
    evidence: SafeString
    words: str
    others: list[Line]
    all_url: str
    promises: list[Line]
    promises_more: int
    fix: str
    playbooks: list[Line]
    decide_url: str
    edit_url: str


@dataclass(frozen=True)
class Callout:
    """That this failure came back, and what was promised last time."""

    words: str
    pattern: str
    pattern_url: str
    promises: list[Line]
    last: Line | None
    fix: str
    also: list[Line]


@dataclass(frozen=True)
class UseRow:
    """A playbook that was followed in the incident."""

    title: str
    url: str
    outcome: str
    outcome_label: str
    note: SafeString


def patterns_parts(user: User, incident: Incident, today: date, can_edit: bool) -> dict[str, Any]:
    """Patterns of the incident, and the callout where one of them came back."""
    found = recurrence.histories(incident, user)
    shown = [history for history in found if history.link.state != LinkState.DISMISSED]
    return {
        "patterns": [_row(history, incident, today, can_edit) for history in shown],
        "dismissed": [
            _row(history, incident, today, can_edit) for history in found if history not in shown
        ]
        if len(shown) < len(found)
        else [],
        "callout": _callout(shown, incident, today),
    }


def _row(history: History, incident: Incident, today: date, can_edit: bool) -> PatternRow:
    link = history.link
    others = [*history.later, *history.earlier]
    open_promises = history.open_promises
    confirmed = link.state == LinkState.CONFIRMED
    part = ("pattern_link_decide", "pattern_link_edit")
    decide, edit = (incident_part_url(name, incident.reference, link.pk) for name in part)
    return PatternRow(
        pk=link.pk,
        name=link.name,
        url=pattern_url(link.slug),
        state=link.state,
        state_label=LinkState(link.state).label,
        origin="" if link.origin == Origin.TEAM else Origin(link.origin).label,
        evidence=markdown.render(link.evidence),
        words=_words(history, incident) if confirmed else "",
        others=[_incident_line(past) for past in others[:OTHERS_SHOWN]] if confirmed else [],
        all_url=f"{reverse('incident_list')}?pattern={link.slug}"
        if len(others) > OTHERS_SHOWN
        else "",
        promises=[_promise_line(one, today) for one in open_promises[:PROMISES_SHOWN]],
        promises_more=max(len(open_promises) - PROMISES_SHOWN, 0),
        fix=_fix_words(history, incident),
        playbooks=[_playbook_line(playbook) for playbook in history.playbooks],
        decide_url=decide if can_edit else "",
        edit_url=edit if can_edit else "",
    )


def _words(history: History, incident: Incident) -> str:
    if history.earlier:
        return recurrence.recurrence_words(history, incident)
    return "The first of this pattern" if history.later else "The only incident of this pattern"


def _callout(found: list[History], incident: Incident, today: date) -> Callout | None:
    """The confirmed pattern that has come back most often."""
    again = [one for one in found if one.earlier and one.link.state == LinkState.CONFIRMED]
    if not again:
        return None
    again.sort(key=lambda one: (one.ordinal, bool(one.open_promises)), reverse=True)
    history = again[0]
    return Callout(
        words=recurrence.recurrence_words(history, incident),
        pattern=history.link.name,
        pattern_url=pattern_url(history.link.slug),
        promises=[_promise_line(one, today) for one in history.open_promises[:PROMISES_SHOWN]],
        last=_incident_line(history.earlier[0]),
        fix=_fix_words(history, incident),
        also=[
            Line(
                one.link.name,
                pattern_url(one.link.slug),
                f"{recurrence.ordinal_words(one.ordinal)} time",
            )
            for one in again[1:]
        ],
    )


def _fix_words(history: History, incident: Incident) -> str:
    fix = history.failed_fix(incident)
    if fix is None or fix.closed_at is None:
        return ""
    return f"It came back although “{fix.title}” was done on {fix.closed_at:%-d %b %Y}."


def _incident_line(past: PastIncident) -> Line:
    return Line(f"{past.reference} {past.title}", incident_url(past.reference), occurred_day(past))


def _promise_line(promise: Promise, today: date) -> Line:
    url = ActionItem(pk=promise.pk).get_absolute_url()
    return Line(promise.title, url, recurrence.promise_words(promise, today))


def _playbook_line(playbook: PlaybookLabel) -> Line:
    return Line(playbook.title, playbook_url(playbook.slug), f"{playbook.risk} risk")


def uses(incident: Incident) -> list[UseRow]:
    """The playbooks that were followed in `incident`. One query."""
    used = PlaybookUse.objects.filter(incident=incident).select_related("playbook")
    return [
        UseRow(
            title=use.playbook.title,
            url=playbook_url(use.playbook.slug),
            outcome=use.outcome,
            outcome_label=Outcome(use.outcome).label,
            note=markdown.render(use.note),
        )
        for use in used
    ]
