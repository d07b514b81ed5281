"""Incidents as rows of a list: every value is computed before the template renders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.safestring import SafeString

from accounts.models import Role, User
from core.prepared import Prepared, among
from core.templatetags import ui
from incidents.addresses import incident_url
from incidents.analytics import Elapsed, elapsed
from incidents.clock import clock_named, elapsed_words, occurred_day
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

NAMED = 2  # patterns named in a row; the others are counted


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
    patterns: tuple[str, ...]
    more_patterns: tuple[str, ...]
    started: str
    resolved: str
    resolved_doubt: str
    action_items: str
    overdue: int


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


def incident_rows(
    user: User, ids: Sequence[int], today: date, *, archived: bool = False
) -> list[IncidentRow]:
    """Return the rows of `ids`, in that order, as far as `user` may see them. One query.

    Open action items due before `today` count as overdue.
    """
    if not ids or not user.is_active:
        return []
    found = _incidents((Role(user.role), archived), user.pk, list(ids))
    by_pk = {incident.pk: incident for incident in found}
    return [_row(by_pk[pk], today) for pk in ids if pk in by_pk]


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
    items = ActionItem.objects.filter(incident=here).order_by()
    return (
        allowed.filter(among("pk", ids))
        .order_by()
        .only(*_SHOWN)
        .annotate(
            service_names=ArraySubquery(services),
            pattern_names=ArraySubquery(links.values("pattern__name")),
            item_states=ArraySubquery(items.values("status")),
            open_dues=ArraySubquery(items.exclude(status__in=CLOSED).values("due_on")),
            resolved_precision=Subquery(resolved.values("precision")[:1]),
        )
    )


def _row(incident: Incident, today: date) -> IncidentRow:
    """Return the row of `incident`, annotated by `_incidents`."""
    reference = f"INC-{incident.number}"
    states, dues = incident.item_states, incident.open_dues  # type: ignore[attr-defined]
    patterns = tuple(incident.pattern_names)  # type: ignore[attr-defined]
    to_resolve = _to_resolve(incident)
    return IncidentRow(
        reference=reference,
        title=incident.title,
        url=incident_url(reference),
        severity=severity_badge(incident.severity),
        status=status_badge(incident.status),
        restricted=incident.is_restricted,
        services=", ".join(incident.service_names),  # type: ignore[attr-defined]
        patterns=patterns[:NAMED],
        more_patterns=patterns[NAMED:],
        started=occurred_day(incident) if incident.occurred_at else "",
        resolved=elapsed_words(to_resolve) if to_resolve else "",
        resolved_doubt=_doubt(to_resolve) if to_resolve else "",
        action_items=f"{sum(state in CLOSED for state in states)}/{len(states)}" if states else "",
        overdue=sum(due is not None and due < today for due in dues),
    )


@dataclass(frozen=True)
class _Mark:
    """A milestone in the row's query."""

    occurred_at: datetime | None
    precision: str
    ends_at: datetime | None = None


def _to_resolve(incident: Incident) -> Elapsed | None:
    """Return the time to resolve as precisely as it is known; None if a milestone is missing."""
    if incident.started_at is None or incident.resolved_at is None:
        return None
    precision = incident.resolved_precision or Precision.MINUTE  # type: ignore[attr-defined]
    return elapsed(
        _Mark(incident.started_at, incident.occurred_precision),
        _Mark(incident.resolved_at, precision),
        clock_named(incident.time_zone).zone or UTC,
    )


def _doubt(to_resolve: Elapsed) -> str:
    if to_resolve.out_of_order:
        return "Milestones out of order: resolved is before started"
    return "Unusually long: check both dates" if to_resolve.is_unusual else ""


@cache
def severity_badge(value: str) -> SafeString:
    """Return the badge of a severity; a dash where it is not recorded."""
    return ui.badge(value, Severity(value).label)


@cache
def status_badge(value: str) -> SafeString:
    return ui.badge(value, PostmortemStatus(value).label)
