"""Reading documents from the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import connection

from core.round_trip import one_round_trip
from incidents.exchange.documents import (
    ParsedActionItem,
    ParsedCause,
    ParsedEvent,
    ParsedPatternLink,
    ParsedPlaybookUse,
    ParsedPostmortem,
    ParsedSection,
    ParsedSource,
)
from incidents.exchange.times import zone_named
from incidents.models import Incident

# In SQL because every save runs it: building it through the ORM took longer than PostgreSQL's
# answer. The first column is always the incident.
_NAMES = """
SELECT incident.id, 'owner', person.username FROM incidents_incident incident
JOIN accounts_user person ON person.id = incident.owner_id WHERE incident.id = ANY(%(ids)s)
UNION ALL
SELECT link.incident_id, 'service', service.name FROM incidents_incident_services link
JOIN incidents_service service ON service.id = link.service_id
WHERE link.incident_id = ANY(%(ids)s)
UNION ALL
SELECT link.incident_id, 'tag', tag.name FROM incidents_incident_tags link
JOIN incidents_tag tag ON tag.id = link.tag_id WHERE link.incident_id = ANY(%(ids)s)
UNION ALL
SELECT link.incident_id, 'reader', person.username FROM incidents_incident_readers link
JOIN accounts_user person ON person.id = link.user_id WHERE link.incident_id = ANY(%(ids)s)
UNION ALL
SELECT link.incident_id, 'reader team', team.name FROM incidents_incident_reader_teams link
JOIN accounts_team team ON team.id = link.team_id WHERE link.incident_id = ANY(%(ids)s)
UNION ALL
SELECT role.incident_id, 'role', role.role || ' ' || person.username
FROM incidents_incidentrole role JOIN accounts_user person ON person.id = role.user_id
WHERE role.incident_id = ANY(%(ids)s)
"""
_SECTIONS = """
SELECT incident_id, kind, title, body FROM incidents_section
WHERE incident_id = ANY(%(ids)s) ORDER BY position, id
"""
_TIMELINE = """
SELECT incident_id, text, occurred_at, ends_at, precision, as_written, milestone, kind,
    evidence_url, starred
FROM incidents_timelineevent WHERE incident_id = ANY(%(ids)s) ORDER BY position, id
"""
_ROOT_CAUSES = """
SELECT incident_id, text, role, category, evidence, origin FROM incidents_rootcause
WHERE incident_id = ANY(%(ids)s) ORDER BY position, id
"""
_ACTION_ITEMS = """
WITH item AS (
    SELECT *, row_number() OVER (PARTITION BY incident_id ORDER BY position, id) AS place
    FROM incidents_actionitem WHERE incident_id = ANY(%(ids)s)
), waits AS (
    SELECT item.id, array_agg(other.place ORDER BY other.place) AS places
    FROM item JOIN incidents_actionitemdependency dependency ON dependency.item_id = item.id
    JOIN item other ON other.id = dependency.depends_on_id
        AND other.incident_id = item.incident_id
    GROUP BY item.id
)
SELECT item.incident_id, item.title, item.detail, item.kind, item.priority, item.size,
    coalesce(owner.username, ''), coalesce(team.name, ''), item.owner_as_written, item.due_on,
    item.due_reason, item.status, item.tracker_url, item.origin, item.closing_note,
    item.evidence_url, coalesce(verifier.username, ''), item.accepted_risk, item.re_review_on,
    item.closed_at, coalesce(closer.username, ''), whole.place, waits.places
FROM item
LEFT JOIN accounts_user owner ON owner.id = item.owner_id
LEFT JOIN accounts_team team ON team.id = item.owner_team_id
LEFT JOIN accounts_user verifier ON verifier.id = item.verified_by_id
LEFT JOIN accounts_user closer ON closer.id = item.closed_by_id
LEFT JOIN item whole ON whole.id = item.parent_id
LEFT JOIN waits ON waits.id = item.id
ORDER BY item.position, item.id
"""
_PATTERN_LINKS = """
SELECT link.incident_id, pattern.slug, link.state, link.origin, link.evidence, pattern.name
FROM incidents_patternlink link
JOIN playbooks_failurepattern pattern ON pattern.id = link.pattern_id
WHERE link.incident_id = ANY(%(ids)s) ORDER BY pattern.slug COLLATE "C"
"""
_PLAYBOOK_USES = """
SELECT used.incident_id, playbook.slug, used.outcome, used.used_at,
    coalesce(person.username, ''), used.note
FROM incidents_playbookuse used
JOIN playbooks_playbook playbook ON playbook.id = used.playbook_id
LEFT JOIN accounts_user person ON person.id = used.used_by_id
WHERE used.incident_id = ANY(%(ids)s) ORDER BY used.used_at, used.id
"""
_PARTS = {
    "sections": (_SECTIONS, ParsedSection),
    "timeline": (_TIMELINE, ParsedEvent),
    "root_causes": (_ROOT_CAUSES, ParsedCause),
    "action_items": (_ACTION_ITEMS, ParsedActionItem),
    "pattern_links": (_PATTERN_LINKS, ParsedPatternLink),
    "playbook_uses": (_PLAYBOOK_USES, ParsedPlaybookUse),
}
_EVERYTHING = ";".join([_NAMES, *(query for query, _ in _PARTS.values())])


def document_of(incident: Incident) -> ParsedPostmortem:
    """Read the whole postmortem from the database, in one round trip."""
    return documents_of([incident])[incident.pk]


def documents_of(incidents: Iterable[Incident]) -> dict[int, ParsedPostmortem]:
    """Read whole postmortems from the database, by key, in one round trip for all.

    The columns of `incidents` themselves are used as given.
    """
    by_key = {incident.pk: incident for incident in incidents}
    with one_round_trip() as cursor:
        cursor.execute(_EVERYTHING, {"ids": list(by_key)})
        names = _names_of(cursor.fetchall())
        parts = {}
        for name, (_, kind) in _PARTS.items():
            cursor.nextset()
            parts[name] = _by_incident(cursor.fetchall(), kind)
    return {
        key: _document(
            incident, names[key], {name: tuple(rows[key]) for name, rows in parts.items()}
        )
        for key, incident in by_key.items()
    }


def names_on(incident: Incident) -> dict[str, tuple[str, ...]]:
    """Return the names on the incident, sorted, by relation: `owner`, `service`, `tag`,
    `reader`, `reader team`, and each role that is filled. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {"ids": [incident.pk]})
        found = _names_of(cursor.fetchall())[incident.pk]
    for role, username in map(_role, found.pop("role", ())):
        found[role] += (username,)
    return found


def _names_of(rows: list[tuple[int, str, str]]) -> dict[int, dict[str, tuple[str, ...]]]:
    """Return names of people, teams, services and tags, sorted, by incident and relation."""
    found: dict[int, dict[str, tuple[str, ...]]] = defaultdict(lambda: defaultdict(tuple))
    for key, kind, name in sorted(rows):
        found[key][kind] += (name,)
    return found


def _by_incident(rows: list[tuple[Any, ...]], kind: type) -> dict[int, list[Any]]:
    found = defaultdict(list)
    for key, *values in rows:
        found[key].append(kind(*values))
    return found


def _document(
    incident: Incident, names: dict[str, tuple[str, ...]], parts: dict[str, Any]
) -> ParsedPostmortem:
    time_zone = incident.time_zone
    if time_zone and zone_named(time_zone) is None:
        time_zone = "UTC"
    return ParsedPostmortem(
        title=incident.title,
        number=incident.number,
        status=incident.status,
        not_required_reason=incident.not_required_reason,
        severity=incident.severity,
        environment=incident.environment,
        time_zone=time_zone,
        visibility=incident.visibility,
        owner=next(iter(names["owner"]), ""),
        roles=tuple(_role(role) for role in names["role"]),
        readers=names["reader"],
        reader_teams=names["reader team"],
        services=names["service"],
        tags=names["tag"],
        source=ParsedSource(
            incident.source_author,
            incident.source_publication,
            incident.source_url,
            incident.source_published_on,
        ),
        published_at=incident.published_at,
        **parts,
    )


def _role(words: str) -> tuple[str, str]:
    role, _, username = words.partition(" ")
    return role, username
