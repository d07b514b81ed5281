"""Import of sections, timeline, causes, action items and links; matching rows keep their
history.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from incidents.exchange import ParsedPostmortem
from incidents.exchange.documents import (
    ParsedCause,
    ParsedEvent,
    ParsedPatternLink,
    ParsedPlaybookUse,
    ParsedSection,
)
from incidents.models import (
    Incident,
    PatternLink,
    PlaybookUse,
    RootCause,
    Section,
    SectionVersion,
    TimelineEvent,
)
from incidents.operations.importing.action_items import write_action_items
from incidents.operations.importing.names import Names
from incidents.operations.importing.rows import Part, write


def write_parts(
    incident: Incident,
    wanted: ParsedPostmortem,
    current: ParsedPostmortem | None,
    names: Names,
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Write all parts of the incident as in `wanted`."""
    before = current or ParsedPostmortem(title=wanted.title)
    if before.sections != wanted.sections:
        changed = write(incident, _sections(incident, by, at), before.sections, wanted.sections)
        SectionVersion.objects.bulk_create(
            SectionVersion(
                section=section,
                version=section.version,
                title=section.title,
                body=section.body,
                saved_at=at,
                saved_by=by,
            )
            for section in changed
        )
    if before.timeline != wanted.timeline:
        # Milestones move between events; at any moment only one event may have each.
        incident.timeline.exclude(milestone="").update(milestone="")
        bare = tuple(_without_milestone(event) for event in before.timeline)
        part = _timeline(incident, by, at)
        write(incident, part, bare, wanted.timeline, said=before.timeline)
    if before.root_causes != wanted.root_causes:
        write(incident, _causes(incident), before.root_causes, wanted.root_causes)
    if before.action_items != wanted.action_items:
        write_action_items(incident, wanted, before, names, by=by, at=at)
    if before.pattern_links != wanted.pattern_links:
        part = _pattern_links(incident, names, by, at)
        write(incident, part, before.pattern_links, wanted.pattern_links)
    if before.playbook_uses != wanted.playbook_uses:
        part = _playbook_uses(incident, names)
        write(incident, part, before.playbook_uses, wanted.playbook_uses)


def _sections(incident: Incident, by: User | None, at: datetime) -> Part:
    def columns(section: ParsedSection) -> dict[str, Any]:
        return {"kind": section.kind, "title": section.title, "body": section.body}

    return Part(
        rows=incident.sections.all,
        model=Section,
        alike=lambda section: section.title,
        columns=columns,
        new={},
        touched={"updated_at": at, "updated_by": by},
    )


def _without_milestone(event: ParsedEvent) -> ParsedEvent:
    return ParsedEvent(**{**vars(event), "milestone": ""})


def _timeline(incident: Incident, by: User | None, at: datetime) -> Part:
    def columns(event: ParsedEvent) -> dict[str, Any]:
        return {name: value for name, value in vars(event).items() if name != "line"}

    return Part(
        rows=incident.timeline.all,
        model=TimelineEvent,
        alike=lambda event: event.text,
        columns=columns,
        new={"recorded_at": at, "author": by},
        touched={},
    )


def _causes(incident: Incident) -> Part:
    def columns(cause: ParsedCause) -> dict[str, Any]:
        return {name: value for name, value in vars(cause).items() if name != "line"}

    return Part(
        rows=incident.root_causes.all,
        model=RootCause,
        alike=lambda cause: cause.text,
        columns=columns,
        new={},
        touched={},
    )


def _pattern_links(incident: Incident, names: Names, by: User | None, at: datetime) -> Part:
    def columns(link: ParsedPatternLink) -> dict[str, Any]:
        return {
            "pattern": names.patterns[link.slug],
            "state": link.state,
            "origin": link.origin,
            "evidence": link.evidence,
        }

    return Part(
        # In Python's sort order, like the documents: a database may collate differently.
        rows=lambda: sorted(
            incident.pattern_links.select_related("pattern"), key=lambda link: link.pattern.slug
        ),
        model=PatternLink,
        alike=lambda link: link.slug,
        columns=columns,
        new={},
        touched={"decided_at": at, "decided_by": by},
        ordered=False,
        versioned=False,
    )


def _playbook_uses(incident: Incident, names: Names) -> Part:
    def columns(use: ParsedPlaybookUse) -> dict[str, Any]:
        return {
            "playbook": names.playbooks[use.slug],
            "outcome": use.outcome,
            "used_at": use.used_at,
            "used_by": names.people.get(use.used_by),
            "note": use.note,
        }

    return Part(
        rows=incident.playbook_uses.all,
        model=PlaybookUse,
        alike=lambda use: (use.slug, use.used_at),
        columns=columns,
        new={},
        touched={},
        ordered=False,
        versioned=False,
    )
