"""Incidents as rows: everything a list shows about one, worked out before the template runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils.safestring import SafeString

from accounts.models import Role, User
from core.prepared import Prepared, among
from core.templatetags import ui
from incidents.models import (
    CLOSED,
    ActionItem,
    Incident,
    LinkState,
    PatternLink,
    PostmortemStatus,
    Service,
    Severity,
)
from incidents.views.addresses import incident_url
from incidents.views.clock import occurred_day

NAMED = 2  # patterns that a row names


@dataclass(frozen=True)
class IncidentRow:
    """One incident as a list shows it."""

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
    """The rows of `ids`, in that order, as far as `user` may see them. One query."""
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
    items = ActionItem.objects.filter(incident=here).order_by().values("status")
    return (
        allowed.filter(among("pk", ids))
        .order_by()
        .only(*_SHOWN)
        .annotate(
            service_names=ArraySubquery(services),
            pattern_names=ArraySubquery(links.values("pattern__name")),
            item_states=ArraySubquery(items),
        )
    )


def _row(incident: Incident) -> IncidentRow:
    """`incident` is annotated as above."""
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
    """The first two of `names`, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _resolved(incident: Incident) -> str:
    if incident.started_at is None or incident.resolved_at is None:
        return ""
    return f"resolved after {ui.duration(incident.resolved_at - incident.started_at)}"


def severity_badge(value: str) -> SafeString:
    return _SEVERITIES[value]


def status_badge(value: str) -> SafeString:
    return _STATUSES[value]


_SEVERITIES = {severity.value: ui.badge(severity.value, severity.label) for severity in Severity}
_STATUSES = {status.value: ui.badge(status.value, status.label) for status in PostmortemStatus}
