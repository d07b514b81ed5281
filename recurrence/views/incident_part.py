"""The patterns and playbooks of one incident on its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from core import markdown
from core.templatetags import ui
from incidents.addresses import incident_part_url, incident_url, pattern_url, playbook_url
from incidents.clock import occurred_day
from incidents.models import Incident, LinkState, Origin, Outcome, PlaybookUse
from incidents.models.pattern_link import link_version
from incidents.views.page import may_edit
from incidents.views.page_parts import Fragment, PagePart
from recurrence import analytics
from recurrence.analytics import History, PastIncident, PlaybookLabel
from recurrence.views.callout import callout
from recurrence.views.past_action_items import PastActionItems, fix_words, past_action_items_of
from recurrence.views.playbook_rows import open_runs_in

OTHERS_SHOWN = 6
UNFOLDED = 2  # patterns of one incident that are shown without folding any


@dataclass(frozen=True)
class Line:
    """A link followed by a short note."""

    text: str
    url: str
    facts: str = ""


@dataclass(frozen=True)
class PatternRow:
    """A pattern of the incident, with the other incidents that share it.

    `past` counts what unfolds below it; `is_open` says that it is unfolded at first.
    """

    pk: int
    version: int
    name: str
    url: str
    state: str
    state_label: str
    origin: str
    evidence: SafeString
    words: str
    past: str
    is_open: bool
    others: list[Line]
    all_url: str
    past_items: PastActionItems
    fix: str
    playbooks: list[Line]
    decide_url: str
    edit_url: str


@dataclass(frozen=True)
class UseRow:
    """A playbook that was followed in the incident."""

    title: str
    url: str
    outcome: str
    outcome_label: str
    note: SafeString
    run_url: str


def patterns_context(
    user: User, incident: Incident, facts: Mapping[str, bool] | None = None
) -> dict[str, Any]:
    """Return the context of `_patterns.html`: patterns with other incidents, playbooks, action
    items.

    On its own the fragment also updates the notice at the top. `facts` are given for the whole
    page, and save a query if no playbook was used.
    """
    used = facts is None or facts["playbook_uses"]
    return {
        **pattern_rows_context(user, incident),
        "playbook_uses": uses(incident) if used else [],
        "playbook_runs": open_runs_in(incident) if used else [],
        "brings_callout": facts is None,
    }


def pattern_rows_context(
    user: User, incident: Incident, *, kept: int | None = None
) -> dict[str, Any]:
    """Return the context of `_pattern_rows.html`: the patterns, and the notice at the top.

    The link with the key `kept` stays in the list even if dismissed.
    """
    can_edit = may_edit(user, incident)
    return {
        "incident": incident,
        "can_edit": can_edit,
        **patterns_parts(user, incident, timezone.localdate(), can_edit, kept=kept),
        "brings_callout": True,
    }


def patterns_parts(
    user: User, incident: Incident, today: date, can_edit: bool, *, kept: int | None = None
) -> dict[str, Any]:
    """Return the context of the incident's patterns, with a notice if one of them recurred.

    `kept` is the link that was just decided: it stays in the list even if dismissed, so that no
    other link moves under the pointer.
    """
    found = analytics.histories(incident, user)
    found.sort(key=lambda history: (-history.ordinal, -history.others, history.link.name))
    asked: set[int] = set()
    opened = _opened(found)
    rows = [_row(history, incident, today, can_edit, asked, opened) for history in found]
    return {
        "patterns": [row for row in rows if row.pk == kept or row.state != LinkState.DISMISSED],
        "dismissed": [row for row in rows if row.pk != kept and row.state == LinkState.DISMISSED],
        "callout": callout(found, incident, today),
        "answer_url": incident_part_url("fix_check_answer", incident.reference),
    }


def _opened(found: list[History]) -> set[int]:
    """Return the links to unfold.

    All if they are few, else the most frequent one and the one decided last: many patterns share
    action items, which would otherwise be repeated under each.
    """
    links = [history.link for history in found if history.link.state != LinkState.DISMISSED]
    if len(links) <= UNFOLDED:
        return {link.pk for link in links}
    return {links[0].pk, max(links, key=lambda link: link.decided_at).pk}


def _row(
    history: History,
    incident: Incident,
    today: date,
    can_edit: bool,
    asked: set[int],
    opened: set[int],
) -> PatternRow:
    link = history.link
    past_items = past_action_items_of(history, incident, today, asked)
    others = [*reversed(history.later), *history.earlier]
    confirmed = link.state == LinkState.CONFIRMED
    part = ("pattern_link_decide", "pattern_link_edit")
    decide, edit = (incident_part_url(name, incident.reference, link.pk) for name in part)
    return PatternRow(
        pk=link.pk,
        version=link_version(link.state, link.evidence, link.decided_at),
        name=link.name,
        url=pattern_url(link.slug),
        state=link.state,
        state_label=LinkState(link.state).label,
        origin="" if link.origin == Origin.TEAM else Origin(link.origin).label,
        evidence=markdown.render(link.evidence),
        words=_words(history, incident) if confirmed else "",
        past=_past(history),
        is_open=link.pk in opened or bool(past_items.fixes),
        others=[_incident_line(past) for past in _nearest(others, len(history.later))],
        all_url=f"{reverse('incident_list')}?pattern={link.slug}"
        if history.others > OTHERS_SHOWN
        else "",
        past_items=past_items,
        fix=fix_words(history, incident),
        playbooks=[_playbook_line(playbook, incident) for playbook in history.playbooks],
        decide_url=decide if can_edit else "",
        edit_url=edit if can_edit else "",
    )


def _past(history: History) -> str:
    """Return the numbers of other incidents, open action items and playbooks, in words."""
    waiting = len(history.open_action_items)
    counts = [
        ui.counted(history.others, "other incident") if history.others else "",
        f"{ui.counted(waiting, 'action item')} still open" if waiting else "",
        ui.counted(len(history.playbooks), "playbook") if history.playbooks else "no playbooks yet",
    ]
    words = ", ".join(filter(None, counts))
    return words[0].upper() + words[1:]


def _nearest(others: list[PastIncident], later: int) -> list[PastIncident]:
    """Return the other incidents nearest to this one, as many as fit, earlier ones first."""
    room = max(OTHERS_SHOWN - (len(others) - later), OTHERS_SHOWN // 3)
    return others[max(later - room, 0) :][:OTHERS_SHOWN]


def _words(history: History, incident: Incident) -> str:
    if history.earlier:
        return analytics.recurrence_words(history, incident)
    return "The first of this pattern" if history.later else "The only incident of this pattern"


def _incident_line(past: PastIncident) -> Line:
    return Line(f"{past.reference} {past.title}", incident_url(past.reference), occurred_day(past))


def _playbook_line(playbook: PlaybookLabel, incident: Incident) -> Line:
    # From here a run in the incident is one tap away.
    url = f"{playbook_url(playbook.slug)}?incident={incident.reference}"
    return Line(playbook.title, url, f"{playbook.risk} risk")


def uses(incident: Incident) -> list[UseRow]:
    """Return the playbooks followed in `incident`. One query."""
    used = PlaybookUse.objects.filter(incident=incident).select_related("playbook", "run")
    return [
        UseRow(
            title=use.playbook.title,
            url=playbook_url(use.playbook.slug),
            outcome=use.outcome,
            outcome_label=Outcome(use.outcome).label,
            note=markdown.render(use.note),
            run_url=use.run.get_absolute_url() if hasattr(use, "run") else "",
        )
        for use in used
    ]


PART = PagePart(
    name="patterns",
    context_of=patterns_context,
    facts={
        "playbook_uses": """EXISTS (SELECT FROM incidents_playbookuse WHERE incident_id = %(pk)s)
            OR EXISTS (SELECT FROM recurrence_playbookrun WHERE incident_id = %(pk)s)""",
    },
    fragments={
        "patterns": Fragment("recurrence/_patterns.html", patterns_context),
        "pattern-rows": Fragment("recurrence/_pattern_rows.html", pattern_rows_context),
    },
)
