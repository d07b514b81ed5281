"""Contexts of the incident page and each of its parts.

Each part is a fragment with its own context, so that saving a part can return just that part.
`_timeline.html` on its own also updates the phase bar, which depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.safestring import SafeString

from accounts.models import User
from core import markdown
from incidents.addresses import incident_part_url
from incidents.models import (
    CauseRole,
    Incident,
    Origin,
    RootCause,
    Section,
    SectionKind,
)
from incidents.permissions import can_write
from incidents.views import header, phases
from incidents.views.page_state import PageState, page_state
from incidents.views.timeline import timeline

# Positions of sections between the structured parts. Sections of other kinds follow the one before
# them in the write-up.
_BEFORE_TIMELINE = (SectionKind.SUMMARY, SectionKind.IMPACT)
_BEFORE_CAUSES = (
    SectionKind.TRIGGER,
    SectionKind.DETECTION,
    SectionKind.RESPONSE,
    SectionKind.RECOVERY,
)
_BEFORE_ACTION_ITEMS = (
    SectionKind.WENT_WELL,
    SectionKind.WENT_WRONG,
    SectionKind.LUCKY,
    SectionKind.LESSONS,
)
_PLACES = (
    dict.fromkeys(_BEFORE_TIMELINE, "opening")
    | dict.fromkeys(_BEFORE_CAUSES, "course")
    | dict.fromkeys(_BEFORE_ACTION_ITEMS, "lessons")
    | {SectionKind.SUPPORTING: "supporting"}
)


@dataclass(frozen=True)
class SectionPart:
    """A section for reading. `anchor` is its id on the page."""

    pk: int
    anchor: str
    kind: str
    title: str
    html: SafeString
    edit_url: str


@dataclass(frozen=True)
class CausePart:
    """A cause for reading."""

    pk: int
    role: str
    role_label: str
    category: str
    origin: str
    html: SafeString
    evidence: SafeString
    edit_url: str


def visible_incident(user: User, reference: str) -> Incident:
    """Return the incident called `reference`. Raises Http404 if `user` may not see it."""
    return get_object_or_404(
        Incident.objects.visible_to(user).select_related("owner"), reference=reference
    )


def may_edit(user: User, incident: Incident) -> bool:
    """Return True if the page offers `user` editing."""
    return can_write(user) and not incident.is_archived


# --- one context for each fragment -------------------------------------------------------------


def header_context(
    user: User, incident: Incident, state: PageState | None = None
) -> dict[str, Any]:
    """Return the context of `_incident_header.html`. `state` saves a query."""
    return {
        "incident": incident,
        "can_edit": may_edit(user, incident),
        "header": header.header(user, incident, state or page_state(incident)),
    }


def section_context(user: User, incident: Incident, section: Section) -> dict[str, Any]:
    """Return the context of `_section.html`."""
    can_edit = may_edit(user, incident)
    return {
        "incident": incident,
        "can_edit": can_edit,
        "part": _section_part(incident, section, can_edit),
    }


def timeline_context(user: User, incident: Incident) -> dict[str, Any]:
    """Return the context of `_timeline.html`, which then also updates the phase bar."""
    events = list(incident.timeline.all())
    can_edit = may_edit(user, incident)
    return {
        "incident": incident,
        "can_edit": can_edit,
        "timeline": timeline(incident, events, can_edit=can_edit),
        "phases": phases.phases(incident, events),
        "brings_phases": True,
    }


def root_causes_context(user: User, incident: Incident) -> dict[str, Any]:
    """Return the context of `_root_causes.html`."""
    can_edit = may_edit(user, incident)
    return {
        "incident": incident,
        "can_edit": can_edit,
        "root_causes": [
            _cause_part(incident, cause, can_edit) for cause in incident.root_causes.all()
        ],
    }


def sections_context(user: User, incident: Incident) -> dict[str, Any]:
    """Return every section, by its position on the page."""
    can_edit = may_edit(user, incident)
    placed = place(incident.sections.all())
    return {
        f"{name}_parts": [_section_part(incident, section, can_edit) for section in sections]
        for name, sections in placed.items()
    }


def place(sections: Iterable[Section]) -> dict[str, list[Section]]:
    """Return sections by position (`opening`, `course`, `lessons`, `supporting`), in their own
    order.
    """
    placed: dict[str, list[Section]] = {
        "opening": [],
        "course": [],
        "lessons": [],
        "supporting": [],
    }
    here = "opening"
    for section in sections:
        here = _PLACES.get(SectionKind(section.kind), here)
        placed[here].append(section)
    return placed


def _section_part(incident: Incident, section: Section, can_edit: bool) -> SectionPart:
    edit_url = incident_part_url("section_edit", incident.reference, section.pk)
    return SectionPart(
        pk=section.pk,
        anchor=f"section-{section.pk}",
        kind=section.kind,
        title=section.title,
        html=markdown.render(section.body),
        edit_url=edit_url if can_edit else "",
    )


def _cause_part(incident: Incident, cause: RootCause, can_edit: bool) -> CausePart:
    edit_url = incident_part_url("root_cause_edit", incident.reference, cause.pk)
    return CausePart(
        pk=cause.pk,
        role=cause.role,
        role_label=CauseRole(cause.role).label,
        category=cause.category,
        origin="" if cause.origin == Origin.TEAM else Origin(cause.origin).label,
        html=markdown.render(cause.text),
        evidence=markdown.render(cause.evidence),
        edit_url=edit_url if can_edit else "",
    )
