"""Filters of the action item list: read from the address and applied to a query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import QueryDict

from accounts.models import User
from core.each_row import among_linked
from core.text import storable
from incidents.models import (
    CLOSED,
    ActionItem,
    ActionItemKind,
    ActionItemStatus,
    Priority,
)
from incidents.models.action_item import ActionItemQuerySet
from incidents.views.filter_parts import Choice, choose, day_in, incidents_with

SOON = timedelta(days=7)
SCOPES = {"mine": "Mine", "teams": "My teams’", "all": "Everybody’s"}
ANY = "any"
NOBODY = "nobody"
FIXED: dict[str, dict[str, str]] = {
    "status": {str(key): str(label) for key, label in ActionItemStatus.choices}
    | {ANY: "In any state"},
    "priority": {str(key): str(label) for key, label in Priority.choices},
    "kind": {str(key): str(label) for key, label in ActionItemKind.choices},
    "due": {
        "overdue": "Overdue",
        "week": "Due within a week",
        "later": "Due later",
        "none": "Without a date",
    },
}
LABELS = ("service", "pattern", "team", "owner", "incident")
SORTS = {"due": "Due first", "priority": "Most urgent first", "newest": "Newest first"}
GROUPS = {"due": "By when it is due", "incident": "By incident", "owner": "By owner"}
VIEWS = ("table", "board")
_OPEN = ~Q(status__in=CLOSED)


@dataclass
class ActionItemFilters:
    """The filters in the address. `ignored` explains invalid ones."""

    scope: str = "all"
    view: str = "table"
    chosen: dict[str, list[Choice]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    text: str = ""
    sort: str = "due"
    group: str = "due"
    ignored: list[str] = field(default_factory=list)

    @property
    def by_label(self) -> bool:
        """True if a filter needs other tables."""
        return not self.chosen.keys().isdisjoint(LABELS) or bool(self.text)

    @property
    def any(self) -> bool:
        """True if anything but the scope narrows the list."""
        return bool(self.chosen or self.since or self.until or self.text)

    @property
    def only_closed(self) -> bool:
        statuses = self.values("status")
        return bool(statuses) and set(statuses) <= set(CLOSED)

    def values(self, kind: str) -> list[str]:
        return [choice.value for choice in self.chosen.get(kind, [])]

    def keys(self, kind: str) -> list[int]:
        return [choice.pk for choice in self.chosen.get(kind, [])]


def read(query: QueryDict, offered: dict[str, list[Choice]], today: date) -> ActionItemFilters:
    """Return the filters in `query`; invalid ones are ignored and explained."""
    found = ActionItemFilters()
    for kind, labels in FIXED.items():
        known = {value: Choice(value, label) for value, label in labels.items()}
        choose(found, kind, query.getlist(kind), known)
    for kind in LABELS:
        known = {choice.value: choice for choice in offered[kind]}
        written = [value.strip() for value in query.getlist(kind)]
        if kind == "incident":
            written = [reference.upper() for reference in written]
        choose(found, kind, written, known)
    found.since = day_in(query.get("since", ""), found, today)
    found.until = day_in(query.get("until", ""), found, today)
    if found.since and found.until and found.since > found.until:
        found.ignored.append("The period ends before it begins.")
        found.since = found.until = None
    found.text = storable(query.get("q", "")).strip()[:200]
    found.scope = _one_of(SCOPES, query.get("scope", ""), "")
    found.view = _one_of(VIEWS, query.get("view", ""), "")
    found.sort = _one_of(SORTS, query.get("sort", ""), "due")
    found.group = _one_of(GROUPS, query.get("group", ""), "due")
    return found


def _one_of(known: Any, value: str, otherwise: str) -> str:
    return value if value in known else otherwise


def apply(filters: ActionItemFilters, items: ActionItemQuerySet, user: User, today: date) -> Any:
    """Filter `items`, in no order. Without a status, only open ones."""
    if filters.scope == "mine":
        items = items.filter(owner=user)
    elif filters.scope == "teams":
        items = items.owned_by_teams_of(user)
    if teams := filters.keys("team"):
        items = items.of_teams(teams)
    for condition in _conditions(filters, today):
        items = items.filter(condition)
    return items


def _conditions(filters: ActionItemFilters, today: date) -> list[Any]:
    # On the board the columns are the statuses, so that filter does not apply.
    found: list[Any] = [_status(filters.values("status"))] if filters.view == "table" else []
    for kind in ("priority", "kind"):
        if values := filters.values(kind):
            found.append(Q(**{f"{kind}__in": values}))
    if dues := filters.values("due"):
        found.append(_any_of([_DUE[due](today) for due in dues]))
    if filters.since:
        found.append(Q(due_on__gte=filters.since))
    if filters.until:
        found.append(Q(due_on__lte=filters.until))
    if filters.text:
        found.append(Q(title__icontains=filters.text))
    return found + _linked(filters)


def _linked(filters: ActionItemFilters) -> list[Any]:
    """Return conditions on other tables."""
    found: list[Any] = []
    if "incident" in filters.chosen:
        found.append(Q(incident__in=filters.keys("incident")))
    if "owner" in filters.chosen:
        found.append(_owned(filters))
    # With several filters few rows may remain, and walking an index for them would take long.
    alone = len(filters.chosen) == 1
    for kind in ("service", "pattern"):
        if pks := filters.keys(kind):
            linked = incidents_with(kind, pks)
            found.append(among_linked("incident", linked) if alone else Q(incident__in=linked))
    return found


def _status(values: list[str]) -> Q:
    if not values:
        return _OPEN
    if ANY in values:
        return Q()
    # Repeats the implied condition, so that an index of open or closed items is used.
    if not set(values) & set(CLOSED):
        return _OPEN & Q(status__in=values)
    if set(values) <= set(CLOSED):
        return Q(status__in=CLOSED) & Q(status__in=values)
    return Q(status__in=values)


def _any_of(conditions: list[Q]) -> Q:
    met = conditions[0]
    for condition in conditions[1:]:
        met |= condition
    return met


_DUE: dict[str, Callable[[date], Q]] = {
    "overdue": lambda today: _OPEN & Q(due_on__lt=today),
    "week": lambda today: Q(due_on__gte=today, due_on__lte=today + SOON),
    "later": lambda today: Q(due_on__gt=today + SOON),
    "none": lambda today: Q(due_on=None),
}


def _owned(filters: ActionItemFilters) -> Q:
    owned = Q(owner__in=[pk for pk in filters.keys("owner") if pk])
    nobodys = Q(owner=None, owner_team=None)
    return owned | nobodys if NOBODY in filters.values("owner") else owned


# --- order --------------------------------------------------------------------------------------

_BY_DUE = (F("due_on").asc(nulls_last=True), "priority", "pk")
_ORDERS: dict[str, tuple[Any, ...]] = {
    "due": _BY_DUE,
    "priority": ("priority", F("due_on").asc(nulls_last=True), "pk"),
    "newest": ("-pk",),
}
_BY_GROUP: dict[str, tuple[Any, ...]] = {
    "due": (),
    "incident": ("-incident_id",),
    "owner": (F("owner").asc(nulls_last=True), F("owner_team").asc(nulls_last=True)),
}


def in_order(filters: ActionItemFilters, items: QuerySet[ActionItem]) -> QuerySet[ActionItem]:
    """Sort `items` as in the list, by group first.

    Closed items are sorted by closing date, latest first, unless the address names an order.
    """
    if filters.only_closed and filters.sort == "due":
        return items.order_by(*_BY_GROUP[filters.group], "-closed_at", "-pk")
    return items.order_by(*_BY_GROUP[filters.group], *_ORDERS[filters.sort])


def board_order(filters: ActionItemFilters, items: QuerySet[ActionItem], status: str) -> Any:
    """Return `items` in `status` in the order of the board; closed ones by closing date, latest
    first.
    """
    held = items.filter(_status([status]))
    return held.order_by(*(("-closed_at", "-pk") if status in CLOSED else _ORDERS[filters.sort]))
