"""Creating an incident, editing its header, archiving and restoring it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from accounts.models import Team, User
from core.errors import DomainError, StaleWrite
from incidents import permissions
from incidents.models import (
    Environment,
    Incident,
    IncidentRole,
    Milestone,
    Section,
    SectionKind,
    SectionVersion,
    Service,
    Severity,
    Tag,
    TimelineEvent,
    Visibility,
)
from incidents.operations import revisions, time_zones
from incidents.operations.numbering import next_number
from incidents.operations.seen_revisions import require_seen
from incidents.operations.times import refresh_times

STANDARD_SECTIONS = [
    kind for kind in SectionKind if kind not in (SectionKind.SUPPORTING, SectionKind.OTHER)
]


@dataclass(frozen=True, kw_only=True)
class IncidentFields:
    """The content of an incident's header. `roles` are pairs of a role and a person."""

    title: str
    severity: str = Severity.UNKNOWN
    environment: str = Environment.UNKNOWN
    time_zone: str = ""
    services: Sequence[Service] = ()
    tags: Sequence[Tag] = ()
    visibility: str = Visibility.INTERNAL
    readers: Sequence[User] = ()
    reader_teams: Sequence[Team] = ()
    roles: Sequence[tuple[str, User]] = ()
    owner: User | None = None
    source_author: str = ""
    source_publication: str = ""
    source_url: str = ""
    source_published_on: date | None = None


RELATED = ("services", "tags", "readers", "reader_teams")
COLUMNS = [item.name for item in fields(IncidentFields) if item.name not in (*RELATED, "roles")]


class StaleIncident(StaleWrite):
    """A header that somebody else changed since the writer saw it; `current` is the stored
    incident.
    """

    def __init__(self, current: Incident) -> None:
        super().__init__("Somebody else changed this while you were writing.")
        self.current = current


@dataclass(frozen=True, kw_only=True)
class Header:
    """The stored header of an incident, in a form that can be compared."""

    columns: dict[str, Any]
    related: dict[str, set[int]]
    roles: set[tuple[str, int]] = field(default_factory=set)


_NOTHING = Header(columns={}, related={name: set() for name in RELATED})
_RELATED_OF = """
SELECT 'services', service_id, '' FROM incidents_incident_services WHERE incident_id = %(pk)s
UNION ALL
SELECT 'tags', tag_id, '' FROM incidents_incident_tags WHERE incident_id = %(pk)s
UNION ALL
SELECT 'readers', user_id, '' FROM incidents_incident_readers WHERE incident_id = %(pk)s
UNION ALL
SELECT 'reader_teams', team_id, '' FROM incidents_incident_reader_teams
WHERE incident_id = %(pk)s
UNION ALL
SELECT 'roles', user_id, role FROM incidents_incidentrole WHERE incident_id = %(pk)s
"""


def hold(incident: Incident) -> Incident:
    """Lock the incident's row until the transaction ends and return it as stored now.

    Every write to an incident or its parts locks this row first, so that two writes cannot
    deadlock. Text that people have written live becomes a revision in their names first. Raises
    DomainError if the incident has been archived.
    """
    held = lock(incident)
    revisions.record_stretch(held)
    return held


def hold_even_archived(pk: int) -> Incident:
    """Lock the row of incident `pk` as `hold` does, also if the incident has been archived."""
    held = Incident.objects.select_for_update().get(pk=pk)
    revisions.record_stretch(held)
    return held


def lock(incident: Incident) -> Incident:
    """Lock the incident's row as `hold` does, without ending the stretch of writing."""
    held = Incident.objects.select_for_update().get(pk=incident.pk)
    if held.is_archived:
        raise DomainError("This incident is archived. Restore it before you edit it.")
    return held


@transaction.atomic
def create(
    fields: IncidentFields,
    *,
    started_at: datetime | None = None,
    with_standard_sections: bool = True,
    by: User,
    at: datetime,
) -> Incident:
    """Create a draft. Its owner is `by` unless `fields` names one.

    `started_at` becomes the first timeline event, with the milestone; the standard sections are
    added empty.
    """
    permissions.require(permissions.can_write(by), "Only authors may create an incident.")
    values = {name: getattr(fields, name) for name in COLUMNS} | {"owner": fields.owner or by}
    incident = Incident.objects.create(
        number=next_number(), created_at=at, created_by=by, updated_at=at, **values
    )
    incident.refresh_from_db(fields=["reference"])
    _set_related(incident, _NOTHING, _wanted(fields))
    if with_standard_sections:
        _add_standard_sections(incident, by=by, at=at)
    if started_at is not None:
        TimelineEvent.objects.create(
            incident=incident,
            position=1,
            occurred_at=started_at,
            milestone=Milestone.STARTED,
            text="It started.",
            recorded_at=at,
            author=by,
        )
        refresh_times(incident)
    revisions.record(incident, by=by, at=at, summary="Created the incident")
    return incident


@transaction.atomic
def edit(
    incident: Incident,
    fields: IncidentFields,
    *,
    base_version: int,
    seen: int | None = None,
    by: User,
    at: datetime,
) -> Incident:
    """Save the header as in `fields`; the same header again changes nothing.

    Changing who may see the incident requires `can_restrict`. If the time zone becomes known, the
    clock times of the timeline are read in it. Raises StaleIncident if the header has changed since
    `base_version`, and ChangedSinceSeen if the change affects who may see the incident and others
    saved after revision `seen`.
    """
    permissions.require(permissions.can_write(by), "Only authors may edit an incident.")
    held = hold(incident)
    before, after = header_of(held), _wanted(fields)
    restricts = _restricts(before, after)
    permissions.require(
        not restricts or permissions.can_restrict(by, held),
        "Only the owner, the person who created it, and administrators may change who "
        "may see an incident.",
    )
    if before == after:
        return held
    if held.version != base_version:
        raise StaleIncident(held)
    if restricts:
        require_seen(held, seen=seen, by=by)
    zone_before = held.time_zone
    for name in COLUMNS:
        setattr(held, name, getattr(fields, name))
    held.version += 1
    held.save(update_fields=[*COLUMNS, "version"])
    _set_related(held, before, after)
    if zone_before != held.time_zone:
        time_zones.reinterpret(held, before=zone_before)
        refresh_times(held)
    revisions.record(held, by=by, at=at, summary="Edited the details")
    return held


@transaction.atomic
def archive(incident: Incident, *, seen: int | None = None, by: User, at: datetime) -> None:
    """Archive the incident: nobody finds it, nothing is deleted. Again changes nothing.

    Raises ChangedSinceSeen if others saved after revision `seen`.
    """
    permissions.require(
        permissions.can_archive(by, incident),
        "Only the owner, reviewers and administrators may archive an incident.",
    )
    held = hold_even_archived(incident.pk)
    if held.is_archived:
        return
    require_seen(held, seen=seen, by=by)
    held.archived_at = incident.archived_at = at
    held.save(update_fields=["archived_at"])
    revisions.record(held, by=by, at=at, summary="Archived")


@transaction.atomic
def restore(incident: Incident, *, by: User, at: datetime) -> None:
    """Restore an archived incident as it was. Any other stays as it is."""
    permissions.require(
        permissions.can_archive(by, incident),
        "Only the owner, reviewers and administrators may restore an incident.",
    )
    held = Incident.objects.select_for_update().get(pk=incident.pk)
    if not held.is_archived:
        return
    held.archived_at = incident.archived_at = None
    held.save(update_fields=["archived_at"])
    revisions.record(held, by=by, at=at, summary="Restored from the archive")


def header_of(incident: Incident) -> Header:
    """Return the header: columns as on `incident`, the related rows from one query."""
    header = Header(
        columns={name: _plain(getattr(incident, _column(name))) for name in COLUMNS},
        related={name: set() for name in RELATED},
    )
    with connection.cursor() as cursor:
        cursor.execute(_RELATED_OF, {"pk": incident.pk})
        for name, key, role in cursor.fetchall():
            if role:
                header.roles.add((role, key))
            else:
                header.related[name].add(key)
    return header


def _wanted(fields: IncidentFields) -> Header:
    return Header(
        columns={name: _plain(getattr(fields, name)) for name in COLUMNS},
        related={name: {row.pk for row in getattr(fields, name)} for name in RELATED},
        roles={(role, person.pk) for role, person in fields.roles},
    )


def _column(name: str) -> str:
    return "owner_id" if name == "owner" else name


def _plain(value: Any) -> Any:
    """Return the key of a person, and any other value unchanged."""
    return value.pk if isinstance(value, User) else value


def _restricts(before: Header, after: Header) -> bool:
    """Return True if the change affects who may see the incident."""
    return before.columns["visibility"] != after.columns["visibility"] or any(
        before.related[name] != after.related[name] for name in ("readers", "reader_teams")
    )


def _set_related(incident: Incident, before: Header, after: Header) -> None:
    for name in RELATED:
        manager = getattr(incident, name)
        if gone := before.related[name] - after.related[name]:
            manager.remove(*gone)
        if new := after.related[name] - before.related[name]:
            manager.add(*new)
    if given_back := before.roles - after.roles:
        who = [Q(role=role, user_id=person) for role, person in given_back]
        IncidentRole.objects.filter(reduce(or_, who), incident=incident).delete()
    IncidentRole.objects.bulk_create(
        IncidentRole(incident=incident, role=role, user_id=person)
        for role, person in sorted(after.roles - before.roles)
    )


def _add_standard_sections(incident: Incident, *, by: User, at: datetime) -> None:
    sections = Section.objects.bulk_create(
        Section(
            incident=incident,
            kind=kind,
            title=kind.label,
            position=position,
            updated_at=at,
            updated_by=by,
        )
        for position, kind in enumerate(STANDARD_SECTIONS, start=1)
    )
    SectionVersion.objects.bulk_create(
        SectionVersion(
            section=section, version=1, title=section.title, body="", saved_at=at, saved_by=by
        )
        for section in sections
    )
