"""Incidents as rows of a list: every value is computed before the template renders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.safestring import SafeString

from accounts.models import Role, User
from core.prepared import Prepared, among
from core.templatetags import ui
from incidents.addresses import incident_url
from incidents.analytics import elapsed
from incidents.clock import after_words, clock_named, occurred_day
from incidents.models import (
    CLOSED,
    ActionItem,
    Incident,
    LinkState,
    Milestone,
    PatternLink,
    PostmortemStatus,
    Precision,
    Service,
    Severity,
    TimelineEvent,
)

NAMED = 2  # patterns named in a row


@dataclass(frozen=True)
class IncidentRow:
    """One incident in a list."""

    reference: str
    title: str
    url: str
    severity: SafeString
    status: SafeString
    restricted: bool
    services: str
    patterns: str
    started: str
    resolved: str
    action_items: str


_SHOWN = (
    "number",
    "title",
    "severity",
    "status",
    "visibility",
    "time_zone",
    "occurred_at",
    "occurred_precision",
    "started_at",
    "resolved_at",
)


def incident_rows(user: User, ids: Sequence[int], *, archived: bool = False) -> list[IncidentRow]:
    """Return the rows of `ids`, in that order, as far as `user` may see them. One query."""
    if not ids or not user.is_active:
        return []
    found = _incidents((Role(user.role), archived), user.pk, list(ids))
    by_pk = {incident.pk: incident for incident in found}
    return [_row(by_pk[pk]) for pk in ids if pk in by_pk]


@Prepared
def _incidents(shape: tuple[Role, bool], user_pk: int, ids: int) -> QuerySet[Incident]:
    role, archived = shape
    user = User(pk=user_pk, role=role)
    incidents = Incident.objects
    allowed = incidents.archived_for(user) if archived else incidents.visible_to(user)
    here = OuterRef("pk")
    services = Service.objects.filter(incidents=here).values("name")
    links = PatternLink.objects.filter(incident=here, state=LinkState.CONFIRMED)
    resolved = TimelineEvent.objects.filter(incident=here, milestone=Milestone.RESOLVED)
    items = ActionItem.objects.filter(incident=here).order_by().values("status")
    return (
        allowed.filter(among("pk", ids))
        .order_by()
        .only(*_SHOWN)
        .annotate(
            service_names=ArraySubquery(services),
            pattern_names=ArraySubquery(links.values("pattern__name")),
            item_states=ArraySubquery(items),
            resolved_precision=Subquery(resolved.values("precision")[:1]),
        )
    )


def _row(incident: Incident) -> IncidentRow:
    """Return the row of `incident`, annotated by `_incidents`."""
    reference = f"INC-{incident.number}"
    states = incident.item_states  # type: ignore[attr-defined]
    left = sum(state not in CLOSED for state in states)
    return IncidentRow(
        reference=reference,
        title=incident.title,
        url=incident_url(reference),
        severity=severity_badge(incident.severity),
        status=status_badge(incident.status),
        restricted=incident.is_restricted,
        services=", ".join(incident.service_names),  # type: ignore[attr-defined]
        patterns=_first(incident.pattern_names),  # type: ignore[attr-defined]
        started=occurred_day(incident),
        resolved=_resolved(incident),
        action_items=f"{left} of {len(states)} action items open" if states else "",
    )


def _first(names: list[str]) -> str:
    """Return the first two of `names`, and the number of the others."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


@dataclass(frozen=True)
class _Mark:
    """A milestone in the row's query."""

    occurred_at: datetime | None
    precision: str
    ends_at: datetime | None = None


def _resolved(incident: Incident) -> str:
    """Return the time to resolve as precisely as it is known, or “milestones out of order”.

    Empty if either milestone is not recorded.
    """
    if incident.started_at is None or incident.resolved_at is None:
        return ""
    precision = incident.resolved_precision or Precision.MINUTE  # type: ignore[attr-defined]
    found = elapsed(
        _Mark(incident.started_at, incident.occurred_precision),
        _Mark(incident.resolved_at, precision),
        clock_named(incident.time_zone).zone or UTC,
    )
    return "milestones out of order" if found.out_of_order else f"resolved {after_words(found)}"


def severity_badge(value: str) -> SafeString:
    return _SEVERITIES[value]


def status_badge(value: str) -> SafeString:
    return _STATUSES[value]


_SEVERITIES = {severity.value: ui.badge(severity.value, severity.label) for severity in Severity}
_STATUSES = {status.value: ui.badge(status.value, status.label) for status in PostmortemStatus}
