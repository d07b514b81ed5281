"""Reading the action items of a page with prepared queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from accounts.models import Role, Team, User
from core.prepared import Prepared, among
from incidents.models import ActionItem, Incident, PatternLink


def _columns(model: type[Model], *names: str) -> tuple[str, ...]:
    """Return `names` in the order in which `from_db` takes the values."""
    return tuple(one.attname for one in model._meta.concrete_fields if one.attname in names)


# Rows of a list use only a few of the columns.
_ITEM = _columns(
    ActionItem,
    *("id", "incident_id", "parent_id", "title", "kind", "priority", "status", "version", "origin"),
    *("owner_id", "owner_team_id", "owner_as_written", "due_on", "snoozed_until", "re_review_on"),
    *("closed_at", "closing_note", "evidence_url", "tracker_url"),
)
_INCIDENT = _columns(Incident, "id", "number", "reference", "title")
_OWNER = _columns(User, "id", "username", "full_name")
_TEAM = _columns(Team, "id", "name")


def items_of(pks: Sequence[int], user: User) -> list[ActionItem]:
    """Return the items with these keys that `user` may see, with incident and owner, in no order.

    One query.
    """
    instances = _Instances()
    return [instances.item(row) for row in _items(Role(user.role), user.pk, list(pks))]


def patterns_of(incidents: Sequence[int]) -> Mapping[int, Sequence[tuple[str, str]]]:
    """Return names and slugs of the confirmed patterns of these visible incidents, by incident.
    One query.
    """
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for incident, name, slug in _patterns(None, list(incidents)):
        found[incident].append((name, slug))
    return found


@Prepared
def _items(role: Role, user_pk: int, keys: Any) -> QuerySet[Any, Any]:
    visible = ActionItem.objects.visible_to(User(pk=user_pk, role=role))
    return (
        visible.filter(among("pk", keys))
        .order_by()
        .values_list(
            *_ITEM,
            *(f"incident__{name}" for name in _INCIDENT),
            *(f"owner__{name}" for name in _OWNER),
            *(f"owner_team__{name}" for name in _TEAM),
        )
    )


@Prepared
def _patterns(_: None, keys: Any) -> QuerySet[Any, Any]:
    links = PatternLink.objects.confirmed().filter(among("incident_id", keys))
    return links.order_by("pattern__name").values_list(
        "incident_id", "pattern__name", "pattern__slug"
    )


class _Instances:
    """Instances built from the columns of rows, each only once."""

    def __init__(self) -> None:
        self._known: dict[tuple[type[Model], int], Any] = {}

    def item(self, row: Sequence[Any]) -> ActionItem:
        item = ActionItem.from_db(connection.alias, _ITEM, row[: len(_ITEM)])
        rest = row[len(_ITEM) :]
        item.incident = self._one(Incident, _INCIDENT, rest)
        item.owner = self._one(User, _OWNER, rest[len(_INCIDENT) :])
        item.owner_team = self._one(Team, _TEAM, rest[len(_INCIDENT) + len(_OWNER) :])
        return item

    def _one(self, model: type[Model], names: Sequence[str], values: Sequence[Any]) -> Any:
        """Return the instance whose columns come first in `values`; None if its key is None."""
        key = values[0]
        if key is None:
            return None
        if (model, key) not in self._known:
            made = model.from_db(connection.alias, names, values[: len(names)])
            self._known[model, key] = made
        return self._known[model, key]
