"""Facts, names and action items of any number of incidents, read in one round trip."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from core.round_trip import one_round_trip
from incidents.clock import occurred_day
from search import keys
from search.facts import Facts

# Raw SQL for the same reason as in incidents.exchange: every save runs it.
_INCIDENTS = """
SELECT id, reference, title, severity, status, environment, time_zone, occurred_at,
    occurred_precision, visibility = 'restricted', archived_at IS NOT NULL
FROM incidents_incident WHERE id = ANY(%(ids)s)
"""
_NAMED = """
SELECT link.incident_id, 'service', service.slug, service.name
FROM incidents_incident_services link JOIN incidents_service service ON service.id = service_id
WHERE link.incident_id = ANY(%(ids)s)
UNION SELECT link.incident_id, 'team', team.slug, team.name
FROM incidents_incident_services link JOIN incidents_service service ON service.id = service_id
JOIN accounts_team team ON team.id = service.team_id WHERE link.incident_id = ANY(%(ids)s)
UNION SELECT link.incident_id, 'tag', tag.slug, tag.name
FROM incidents_incident_tags link JOIN incidents_tag tag ON tag.id = tag_id
WHERE link.incident_id = ANY(%(ids)s)
UNION SELECT link.incident_id, 'pattern', pattern.slug, pattern.name
FROM incidents_patternlink link JOIN playbooks_failurepattern pattern ON pattern.id = pattern_id
WHERE link.incident_id = ANY(%(ids)s) AND link.state = 'confirmed'
ORDER BY 1, 2, 4
"""
_ACTION_ITEMS = """
SELECT item.incident_id, item.id, item.title, item.detail, item.closing_note, item.status,
    item.due_on, coalesce(nullif(owner.full_name, ''), owner.username, team.name, '')
FROM incidents_actionitem item
LEFT JOIN accounts_user owner ON owner.id = item.owner_id
LEFT JOIN accounts_team team ON team.id = item.owner_team_id
WHERE item.incident_id = ANY(%(ids)s) ORDER BY item.id
"""
_ALL = ";".join([_INCIDENTS, _NAMED, _ACTION_ITEMS])


@dataclass(frozen=True)
class ActionItemRecord:
    """An action item. `facts` are its own, without those of its incident."""

    pk: int
    title: str
    detail: str
    closing_note: str
    status: str
    facts: dict[str, str]


@dataclass
class IncidentRecord:
    """An incident without its text. `named` holds (slug, name) of its services, their teams, its
    tags and its confirmed patterns."""

    pk: int
    reference: str
    title: str
    severity: str
    status: str
    environment: str
    time_zone: str
    occurred_at: datetime | None
    occurred_precision: str
    is_restricted: bool
    is_archived: bool
    named: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    items: list[ActionItemRecord] = field(default_factory=list)

    @property
    def is_guarded(self) -> bool:
        """True if some people who sign in may not see it."""
        return self.is_restricted or self.is_archived

    @property
    def occurred_on(self) -> date | None:
        """The day in UTC, for filters and sorting."""
        return self.occurred_at.astimezone(UTC).date() if self.occurred_at else None

    @property
    def labels(self) -> list[str]:
        """The labels that its action items share."""
        found = [
            keys.label("severity", self.severity),
            keys.label("environment", self.environment),
        ]
        for facet, names in self.named.items():
            found += [keys.label(facet, slug) for slug, _ in names]
        return found

    @property
    def facts(self) -> Facts:
        """The facts that its action items share."""
        return {
            "severity": self.severity,
            "occurred": occurred_day(self),
            "restricted": self.is_restricted,
        }


def incident_records(ids: list[int]) -> dict[int, IncidentRecord]:
    """Return incidents by key, archived ones included."""
    with one_round_trip() as cursor:
        cursor.execute(_ALL, {"ids": ids})
        found = {row[0]: IncidentRecord(*row) for row in cursor.fetchall()}
        cursor.nextset()
        for key, kind, slug, name in cursor.fetchall():
            found[key].named[kind].append((slug, name))
        cursor.nextset()
        for key, pk, title, detail, note, status, due_on, owner in cursor.fetchall():
            facts = {"owner": owner} if owner else {}
            if due_on:
                facts["due_on"] = due_on.isoformat()
            found[key].items.append(ActionItemRecord(pk, title, detail, note, status, facts))
    return found
