"""Filters of the incident list: read from the address, described, and applied to a query."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, DurationField, ExpressionWrapper, F, Q, QuerySet, Value, When
from django.http import QueryDict

from accounts.models import Role, User
from core import times
from core.each_row import among_linked
from core.prepared import Prepared
from incidents.models import (
    Environment,
    Incident,
    PostmortemStatus,
    Service,
    Severity,
    Tag,
)
from incidents.models.labels import LabelQuerySet
from incidents.views.filter_parts import (
    Chip,
    Choice,
    choices_of,
    choose,
    day_in,
    incidents_with,
    marked,
    with_,
    without,
)
from playbooks.models import FailurePattern

CHOICES = 200  # services, tags or patterns in the filter form
SORTS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "severity": "Most severe first",
    "mildest": "Least severe first",
    "resolve": "Longest to resolve first",
    "quickest": "Quickest to resolve first",
}
# What a heading of the list sorts by: the first order, and the other one when pressed again.
HEADINGS = {
    "started": ("newest", "oldest"),
    "severity": ("severity", "mildest"),
    "resolved": ("resolve", "quickest"),
}
PERIODS = {"30": "last 30 days", "90": "last 90 days", "365": "last 12 months"}
_FIXED = {
    "status": dict(PostmortemStatus.choices),
    "severity": dict(Severity.choices),
    "environment": dict(Environment.choices),
}
_MODELS: dict[str, type[Any]] = {"service": Service, "tag": Tag, "pattern": FailurePattern}


@dataclass(frozen=True)
class Menu:
    """Everything that the filter form offers, with the chosen values marked."""

    status: tuple[Choice, ...]
    severity: tuple[Choice, ...]
    environment: tuple[Choice, ...]
    service: tuple[Choice, ...]
    tag: tuple[Choice, ...]
    pattern: tuple[Choice, ...]
    period: tuple[Choice, ...]
    sort: tuple[Choice, ...]
    since: str
    until: str


@dataclass
class IncidentFilters:
    """The filters in the address. `ignored` explains invalid ones."""

    chosen: dict[str, list[Choice]] = field(default_factory=dict)
    period: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = "newest"
    ignored: list[str] = field(default_factory=list)

    @property
    def by_label(self) -> bool:
        """True if a filter needs other tables."""
        return not self.chosen.keys().isdisjoint(_MODELS)

    @property
    def any(self) -> bool:
        return bool(self.chosen or self.since or self.until)


def choices(query: QueryDict, user: User) -> dict[str, list[Choice]]:
    """Return the services, tags and patterns that `user` may filter by, and those named in `query`.

    Services and tags are those of incidents that they may see. One query; a second one if `query`
    names something beyond the first `CHOICES` of a kind.
    """
    offered: dict[str, list[Choice]] = {kind: [] for kind in _MODELS}
    for kind, pk, slug, name in _first(Role(user.role), user.pk):
        offered[kind].append(Choice(slug, name, pk))
    for kind in filter(query.getlist, _MODELS):
        missing = set(query.getlist(kind)) - {choice.value for choice in offered[kind]} - {""}
        if missing and len(offered[kind]) == CHOICES:
            found = _known(kind, user).filter(slug__in=missing).values_list("slug", "name", "pk")
            offered[kind] += [Choice(*row) for row in found]
    return offered


@Prepared
def _first(role: Role, user_pk: int) -> QuerySet[Any, Any]:
    user = User(pk=user_pk, role=role)
    services, tags, patterns = (
        _known(kind, user)
        .annotate(kind=Value(kind))
        .order_by("name")
        .values_list("kind", "pk", "slug", "name")[:CHOICES]
        for kind in _MODELS
    )
    return services.union(tags, patterns, all=True)


def _known(kind: str, user: User) -> QuerySet[Any, Any]:
    """Return everything of a kind that `user` may see."""
    if kind == "pattern":
        return FailurePattern.objects.all()
    labels: LabelQuerySet = _MODELS[kind].objects.all()
    return labels.carried_by(Incident.objects.visible_to(user))


def read(query: QueryDict, offered: dict[str, list[Choice]], today: date) -> IncidentFilters:
    """Return the filters in `query`; invalid ones are ignored and explained."""
    found = IncidentFilters()
    for kind, labels in _FIXED.items():
        known = {value: Choice(value, label) for value, label in labels.items()}
        choose(found, kind, query.getlist(kind), known)
    for kind in filter(query.getlist, _MODELS):
        known = {choice.value: choice for choice in offered[kind]}
        choose(found, kind, query.getlist(kind), known)
    _read_period(found, query, today)
    sort = query.get("sort") or "newest"
    if sort in SORTS:
        found.sort = sort
    else:
        found.ignored.append(f"There is no order “{sort}”.")
    return found


def _read_period(found: IncidentFilters, query: QueryDict, today: date) -> None:
    period = query.get("period", "")
    if period in PERIODS:
        found.period = period
        found.since = today - timedelta(days=int(period))
    elif period:
        found.ignored.append(f"There is no period “{period[:60]}”.")
    for name in ("since", "until"):
        if day := day_in(query.get(name, ""), found, today):
            setattr(found, name, day)
    if found.since and found.until and found.since > found.until:
        found.ignored.append("The period ends before it begins.")
        found.since = found.until = None


def apply(filters: IncidentFilters, incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """Filter and sort `incidents`."""
    for kind in _FIXED:
        if kind in filters.chosen:
            values = [choice.value for choice in filters.chosen[kind]]
            incidents = incidents.filter(**{f"{kind}__in": values})
    for kind in _MODELS:
        if kind in filters.chosen:
            linked = incidents_with(kind, [choice.pk for choice in filters.chosen[kind]])
            # With several filters few rows may remain: walking an index for them would take long.
            meant = among_linked("pk", linked) if len(filters.chosen) == 1 else Q(pk__in=linked)
            incidents = incidents.filter(meant)
    if filters.since:
        incidents = incidents.filter(occurred_at__gte=_midnight(filters.since))
    if filters.until:
        incidents = incidents.filter(occurred_at__lt=_midnight(filters.until + timedelta(days=1)))
    return incidents.order_by(*_ORDERS[filters.sort])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


_LATEST = (F("occurred_at").desc(nulls_last=True), "-number")
_TO_RESOLVE = ExpressionWrapper(F("resolved_at") - F("started_at"), output_field=DurationField())
_ORDERS = {
    "newest": _LATEST,
    "oldest": (F("occurred_at").asc(nulls_last=True), "number"),
    "severity": ("severity", *_LATEST),
    # Those without a severity stay last: “unknown” sorts after SEV5.
    "mildest": (Case(When(severity=Severity.UNKNOWN, then=1), default=0), "-severity", *_LATEST),
    "resolve": (_TO_RESOLVE.desc(nulls_last=True), "-number"),
    "quickest": (_TO_RESOLVE.asc(nulls_last=True), "-number"),
}


# --- words --------------------------------------------------------------------------------------


def chips(filters: IncidentFilters, query: QueryDict) -> list[Chip]:
    """Return the active filters, each with the address of the list without it."""
    found = []
    for kind in (*_FIXED, *_MODELS):
        if kind in filters.chosen:
            text = ", ".join(choice.label for choice in filters.chosen[kind])
            found.append(Chip(text, without(query, kind)))
    if filters.period:
        found.append(Chip(PERIODS[filters.period], without(query, "period")))
    elif filters.since:
        found.append(Chip(f"since {times.day(filters.since)}", without(query, "since")))
    if filters.until:
        found.append(Chip(f"until {times.day(filters.until)}", without(query, "until")))
    return found


@dataclass(frozen=True)
class Heading:
    """A heading of the list: where it leads, and how the list is sorted by it now.

    `direction` is the value of aria-sort; empty if the list is sorted by something else.
    """

    url: str
    direction: str


def headings(filters: IncidentFilters, query: QueryDict) -> dict[str, Heading]:
    """Return the sortable headings by name."""
    found = {}
    for name, (first, second) in HEADINGS.items():
        directions = {first: "descending", second: "ascending"}
        wanted = second if filters.sort == first else first
        url = with_(query, sort="" if wanted == "newest" else wanted)
        found[name] = Heading(url, directions.get(filters.sort, ""))
    return found


def menu(filters: IncidentFilters, offered: dict[str, list[Choice]]) -> Menu:
    """Return the choices of the form. The days are empty if a period is chosen."""
    lists = {
        kind: marked(known, {choice.value for choice in filters.chosen.get(kind, [])})
        for kind, known in (_OFFERED | offered).items()
    }
    since, until = "" if filters.period else filters.since or "", filters.until or ""
    return Menu(
        **lists,
        period=marked(choices_of(PERIODS), {filters.period}),
        sort=marked(choices_of(SORTS), {filters.sort}),
        since=str(since),
        until=str(until),
    )


_OFFERED = {kind: choices_of(labels) for kind, labels in _FIXED.items()}
