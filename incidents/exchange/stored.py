"""From the database to a document."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat

from accounts.models import User
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
from incidents.models import Incident, IncidentRole


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


def _names(incident: Incident) -> dict[str, tuple[str, ...]]:
    """Names of people, teams, services and tags on the incident, sorted, in one query."""

    def named(queryset: QuerySet[Any], kind: str, name: Combinable) -> QuerySet[Any, Any]:
        return queryset.order_by().values_list(Value(kind), name)

    roles = IncidentRole.objects.filter(incident=incident)
    queries = [
        named(incident.services.all(), "service", F("name")),
        named(incident.tags.all(), "tag", F("name")),
        named(incident.readers.all(), "reader", F("username")),
        named(incident.reader_teams.all(), "reader team", F("name")),
        named(roles, "role", Concat("role", Value(" "), "user__username")),
        named(User.objects.filter(incidents_owned=incident), "owner", F("username")),
    ]
    found: dict[str, list[str]] = defaultdict(list)
    for kind, name in queries[0].union(*queries[1:], all=True):
        found[kind].append(name)
    return defaultdict(tuple, {kind: tuple(sorted(names)) for kind, names in found.items()})


def _role(words: str) -> tuple[str, str]:
    role, _, username = words.partition(" ")
    return role, username


def _sections(incident: Incident) -> tuple[ParsedSection, ...]:
    return tuple(
        ParsedSection(section.kind, section.title, section.body)
        for section in incident.sections.all()
    )


def _timeline(incident: Incident) -> tuple[ParsedEvent, ...]:
    return tuple(
        ParsedEvent(
            text=event.text,
            occurred_at=event.occurred_at,
            ends_at=event.ends_at,
            precision=event.precision,
            as_written=event.as_written,
            milestone=event.milestone,
            kind=event.kind,
            evidence_url=event.evidence_url,
            starred=event.starred,
        )
        for event in incident.timeline.all()
    )


def _root_causes(incident: Incident) -> tuple[ParsedCause, ...]:
    return tuple(
        ParsedCause(cause.text, cause.role, cause.category, cause.evidence, cause.origin)
        for cause in incident.root_causes.all()
    )


def _action_items(incident: Incident) -> tuple[ParsedActionItem, ...]:
    return tuple(
        ParsedActionItem(
            title=item.title,
            detail=item.detail,
            kind=item.kind,
            priority=item.priority,
            size=item.size,
            owner=item.owner.username if item.owner else "",
            owner_team=item.owner_team.name if item.owner_team else "",
            owner_as_written=item.owner_as_written,
            due_on=item.due_on,
            status=item.status,
            tracker_url=item.tracker_url,
            origin=item.origin,
            closing_note=item.closing_note,
            closed_at=item.closed_at,
            closed_by=item.closed_by.username if item.closed_by else "",
        )
        for item in incident.action_items.select_related("owner", "owner_team", "closed_by")
    )


def _pattern_links(incident: Incident) -> tuple[ParsedPatternLink, ...]:
    links = [
        ParsedPatternLink(link.pattern.slug, link.state, link.origin, link.evidence)
        for link in incident.pattern_links.select_related("pattern").order_by()
    ]
    return tuple(sorted(links, key=lambda link: link.slug))


def _playbook_uses(incident: Incident) -> tuple[ParsedPlaybookUse, ...]:
    return tuple(
        ParsedPlaybookUse(
            use.playbook.slug,
            use.outcome,
            use.used_at,
            use.used_by.username if use.used_by else "",
            use.note,
        )
        for use in incident.playbook_uses.select_related("playbook", "used_by")
    )
