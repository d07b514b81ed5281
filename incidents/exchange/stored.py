"""From the database to a document."""

from __future__ import annotations

from collections import defaultdict

from django.db import connection
from django.db.models import F

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


def document_of(incident: Incident) -> ParsedPostmortem:
    """The whole postmortem as it stands in the database. Takes seven queries."""
    names = _names(incident)
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
        sections=_sections(incident),
        timeline=_timeline(incident),
        root_causes=_root_causes(incident),
        action_items=_action_items(incident),
        pattern_links=_pattern_links(incident),
        playbook_uses=_playbook_uses(incident),
    )


# Written out because every save of anything asks it: as a union of querysets it took Django four
# times as long to put together as PostgreSQL to answer.
_NAMES = """
SELECT 'owner', person.username FROM accounts_user person WHERE person.id = %(owner)s
UNION ALL
SELECT 'service', service.name FROM incidents_incident_services link
JOIN incidents_service service ON service.id = link.service_id
WHERE link.incident_id = %(incident)s
UNION ALL
SELECT 'tag', tag.name FROM incidents_incident_tags link
JOIN incidents_tag tag ON tag.id = link.tag_id WHERE link.incident_id = %(incident)s
UNION ALL
SELECT 'reader', person.username FROM incidents_incident_readers link
JOIN accounts_user person ON person.id = link.user_id WHERE link.incident_id = %(incident)s
UNION ALL
SELECT 'reader team', team.name FROM incidents_incident_reader_teams link
JOIN accounts_team team ON team.id = link.team_id WHERE link.incident_id = %(incident)s
UNION ALL
SELECT 'role', role.role || ' ' || person.username FROM incidents_incidentrole role
JOIN accounts_user person ON person.id = role.user_id WHERE role.incident_id = %(incident)s
"""


def _names(incident: Incident) -> dict[str, tuple[str, ...]]:
    """Names of people, teams, services and tags on the incident, sorted, in one query."""
    found: dict[str, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {"incident": incident.pk, "owner": incident.owner_id})
        for kind, name in cursor.fetchall():
            found[kind].append(name)
    return defaultdict(tuple, {kind: tuple(sorted(names)) for kind, names in found.items()})


def _role(words: str) -> tuple[str, str]:
    role, _, username = words.partition(" ")
    return role, username


def _sections(incident: Incident) -> tuple[ParsedSection, ...]:
    rows = incident.sections.values_list("kind", "title", "body")
    return tuple(ParsedSection(*row) for row in rows)


def _timeline(incident: Incident) -> tuple[ParsedEvent, ...]:
    names = (
        *("text", "occurred_at", "ends_at", "precision", "as_written"),
        *("milestone", "kind", "evidence_url", "starred"),
    )
    return tuple(ParsedEvent(*row) for row in incident.timeline.values_list(*names))


def _root_causes(incident: Incident) -> tuple[ParsedCause, ...]:
    rows = incident.root_causes.values_list("text", "role", "category", "evidence", "origin")
    return tuple(ParsedCause(*row) for row in rows)


def _action_items(incident: Incident) -> tuple[ParsedActionItem, ...]:
    rows = incident.action_items.values(
        *("title", "detail", "kind", "priority", "size", "owner_as_written", "due_on", "status"),
        *("tracker_url", "origin", "closing_note", "closed_at"),
        username=F("owner__username"),
        team=F("owner_team__name"),
        closer=F("closed_by__username"),
    )
    return tuple(
        ParsedActionItem(
            owner=row.pop("username") or "",
            owner_team=row.pop("team") or "",
            closed_by=row.pop("closer") or "",
            **row,
        )
        for row in rows
    )


def _pattern_links(incident: Incident) -> tuple[ParsedPatternLink, ...]:
    rows = incident.pattern_links.order_by().values_list(
        "pattern__slug", "state", "origin", "evidence"
    )
    return tuple(ParsedPatternLink(*row) for row in sorted(rows))


def _playbook_uses(incident: Incident) -> tuple[ParsedPlaybookUse, ...]:
    rows = incident.playbook_uses.values_list(
        "playbook__slug", "outcome", "used_at", "used_by__username", "note"
    )
    return tuple(
        ParsedPlaybookUse(slug, outcome, used_at, used_by or "", note)
        for slug, outcome, used_at, used_by, note in rows
    )
