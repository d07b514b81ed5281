"""Sections, timeline, causes, action items and links: rows that fit keep their place in history."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from accounts.models import User
from incidents.exchange import ParsedPostmortem
from incidents.exchange.documents import (
    ParsedActionItem,
    ParsedCause,
    ParsedEvent,
    ParsedPatternLink,
    ParsedPlaybookUse,
    ParsedSection,
)
from incidents.models import (
    ActionItem,
    Incident,
    PatternLink,
    PlaybookUse,
    RootCause,
    Section,
    SectionVersion,
    TimelineEvent,
)
from incidents.operations.importing.names import Names


@dataclass(frozen=True)
class _Part:
    """How one kind of part is written.

    `alike` is what two states of one part have in common; `columns` what a row says, `new` what a
    new row says besides, `touched` what a changed row gets.
    """

    rows: Callable[[], Iterable[Any]]
    model: type[models.Model]
    alike: Callable[[Any], Hashable]
    columns: Callable[[Any], dict[str, Any]]
    new: dict[str, Any]
    touched: dict[str, Any]
    ordered: bool = True
    versioned: bool = True


def write_parts(
    incident: Incident,
    wanted: ParsedPostmortem,
    current: ParsedPostmortem | None,
    names: Names,
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Bring everything that hangs off the incident to what `wanted` says."""
    before = current or ParsedPostmortem(title=wanted.title)
    if before.sections != wanted.sections:
        changed = _write(incident, _sections(incident, by, at), before.sections, wanted.sections)
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
        # Milestones move from event to event; each may stand at one event only at any moment.
        incident.timeline.exclude(milestone="").update(milestone="")
        bare = tuple(_without_milestone(event) for event in before.timeline)
        part = _timeline(incident, by, at)
        _write(incident, part, bare, wanted.timeline, said=before.timeline)
    if before.root_causes != wanted.root_causes:
        _write(incident, _causes(incident), before.root_causes, wanted.root_causes)
    if before.action_items != wanted.action_items:
        part = _action_items(incident, names, at)
        _write(incident, part, before.action_items, wanted.action_items)
    if before.pattern_links != wanted.pattern_links:
        part = _pattern_links(incident, names, by, at)
        _write(incident, part, before.pattern_links, wanted.pattern_links)
    if before.playbook_uses != wanted.playbook_uses:
        part = _playbook_uses(incident, names)
        _write(incident, part, before.playbook_uses, wanted.playbook_uses)


def _write(
    incident: Incident,
    part: _Part,
    before: Sequence[Any],
    wanted: Sequence[Any],
    *,
    said: Sequence[Any] | None = None,
) -> list[Any]:
    """Write one kind of part. Returns the rows that are new or say something else now.

    `before` is what the rows say now; `said` what they said to people until now, if not the same.
    """
    said = before if said is None else said
    rows = list(part.rows())
    continued = _continued(before, wanted, part.alike)
    kept = {index for index in continued if index is not None}
    gone = [row.pk for index, row in enumerate(rows) if index not in kept]
    if gone:
        part.model._default_manager.filter(pk__in=gone).delete()
    made, changed, moved = [], [], []
    for position, (index, document) in enumerate(zip(continued, wanted, strict=True), start=1):
        place = {"position": position} if part.ordered else {}
        if index is None:
            columns = part.columns(document) | part.new | part.touched | place
            made.append(part.model(incident=incident, **columns))
        elif before[index] != document:
            row = rows[index]
            for name, value in (part.columns(document) | part.touched | place).items():
                setattr(row, name, value)
            if part.versioned and said[index] != document:
                row.version += 1
            changed.append((row, document))
        elif part.ordered and rows[index].position != position:
            rows[index].position = position
            moved.append(rows[index])
    _save(part, changed, moved)
    return [*part.model._default_manager.bulk_create(made), *(row for row, _ in changed)]


def _save(part: _Part, changed: list[tuple[Any, Any]], moved: list[Any]) -> None:
    if changed:
        names = [*part.columns(changed[0][1]), *part.touched]
        names += ["position"] if part.ordered else []
        names += ["version"] if part.versioned else []
        part.model._default_manager.bulk_update([row for row, _ in changed], names)
    if moved:
        part.model._default_manager.bulk_update(moved, ["position"])


def _continued(
    before: Sequence[Any], wanted: Sequence[Any], alike: Callable[[Any], Hashable]
) -> list[int | None]:
    """For each of `wanted` the index in `before` of what it was: the same, else one alike."""
    found: list[int | None] = [None] * len(wanted)
    free = dict.fromkeys(range(len(before)))
    for view in (lambda document: document, alike):
        places: dict[Hashable, list[int]] = {}
        for index in reversed(free):
            places.setdefault(view(before[index]), []).append(index)
        for position, document in enumerate(wanted):
            if found[position] is None and (left := places.get(view(document))):
                found[position] = left.pop()
                del free[found[position]]  # type: ignore[arg-type]
    return found


def _sections(incident: Incident, by: User | None, at: datetime) -> _Part:
    def columns(section: ParsedSection) -> dict[str, Any]:
        return {"kind": section.kind, "title": section.title, "body": section.body}

    return _Part(
        rows=incident.sections.all,
        model=Section,
        alike=lambda section: section.title,
        columns=columns,
        new={},
        touched={"updated_at": at, "updated_by": by},
    )


def _without_milestone(event: ParsedEvent) -> ParsedEvent:
    return ParsedEvent(**{**vars(event), "milestone": ""})


def _timeline(incident: Incident, by: User | None, at: datetime) -> _Part:
    def columns(event: ParsedEvent) -> dict[str, Any]:
        return {name: value for name, value in vars(event).items() if name != "line"}

    return _Part(
        rows=incident.timeline.all,
        model=TimelineEvent,
        alike=lambda event: event.text,
        columns=columns,
        new={"recorded_at": at, "author": by},
        touched={},
    )


def _causes(incident: Incident) -> _Part:
    def columns(cause: ParsedCause) -> dict[str, Any]:
        return {name: value for name, value in vars(cause).items() if name != "line"}

    return _Part(
        rows=incident.root_causes.all,
        model=RootCause,
        alike=lambda cause: cause.text,
        columns=columns,
        new={},
        touched={},
    )


def _action_items(incident: Incident, names: Names, at: datetime) -> _Part:
    def columns(item: ParsedActionItem) -> dict[str, Any]:
        return {name: value for name, value in vars(item).items() if name != "line"} | {
            "owner": names.people.get(item.owner),
            "owner_team": names.teams.get(item.owner_team),
            "closed_by": names.people.get(item.closed_by),
        }

    return _Part(
        rows=incident.action_items.all,
        model=ActionItem,
        alike=lambda item: item.title,
        columns=columns,
        new={"created_at": at},
        touched={"updated_at": at},
    )


def _pattern_links(incident: Incident, names: Names, by: User | None, at: datetime) -> _Part:
    def columns(link: ParsedPatternLink) -> dict[str, Any]:
        return {
            "pattern": names.patterns[link.slug],
            "state": link.state,
            "origin": link.origin,
            "evidence": link.evidence,
        }

    return _Part(
        # In Python's order, which is the documents': a database may sort text in another one.
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


def _playbook_uses(incident: Incident, names: Names) -> _Part:
    def columns(use: ParsedPlaybookUse) -> dict[str, Any]:
        return {
            "playbook": names.playbooks[use.slug],
            "outcome": use.outcome,
            "used_at": use.used_at,
            "used_by": names.people.get(use.used_by),
            "note": use.note,
        }

    return _Part(
        rows=incident.playbook_uses.all,
        model=PlaybookUse,
        alike=lambda use: (use.slug, use.used_at),
        columns=columns,
        new={},
        touched={},
        ordered=False,
        versioned=False,
    )
