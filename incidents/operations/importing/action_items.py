"""Import of action items: their content, parts, dependencies and history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from incidents.exchange import ParsedPostmortem
from incidents.exchange.documents import ParsedActionItem
from incidents.models import ActionItem, ActionItemDependency, Changed, Incident, Via
from incidents.operations.action_item_changes import Facts, facts, keep_changes
from incidents.operations.importing.names import Names
from incidents.operations.importing.rows import Part, write

# Written once every item has a row.
_TOGETHER = {"part_of", "waits_for"}


def write_action_items(
    incident: Incident,
    wanted: ParsedPostmortem,
    before: ParsedPostmortem,
    names: Names,
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Change the action items of `incident` from the state `before` to `wanted`."""
    was = {item.pk: facts(item) for item in _stored(incident)} if before.action_items else {}
    part = _action_items(incident, names, at)
    write(incident, part, before.action_items, wanted.action_items)
    together = any(
        item.part_of or item.waits_for for item in (*before.action_items, *wanted.action_items)
    )
    if together:
        _write_together(incident, wanted.action_items)
    if was:
        _keep_what_changed(incident, was, by=by, at=at)


def _keep_what_changed(
    incident: Incident, was: dict[int, Facts], *, by: User | None, at: datetime
) -> None:
    """Record the history of the items that existed before.

    An owner set by a file was assigned by nobody.
    """
    stored = [item for item in _stored(incident) if item.pk in was]
    for item in stored:
        keep_changes(item, was[item.pk], by=by, at=at, via=Via.SYSTEM)
    owner = Changed.OWNER
    others = [item.pk for item in stored if facts(item)[owner] != was[item.pk][owner]]
    if others:
        ActionItem.objects.filter(pk__in=others).update(given_at=None, given_by=None)


def _stored(incident: Incident) -> list[ActionItem]:
    return list(
        ActionItem.objects.filter(incident=incident)
        .select_related("owner", "owner_team", "parent")
        .order_by("position", "pk")
    )


def _action_items(incident: Incident, names: Names, at: datetime) -> Part:
    def columns(item: ParsedActionItem) -> dict[str, Any]:
        said = {name: value for name, value in vars(item).items() if name not in _TOGETHER}
        del said["line"]
        return said | {
            "owner": names.people.get(item.owner),
            "owner_team": names.teams.get(item.owner_team),
            "verified_by": names.people.get(item.verified_by),
            "closed_by": names.people.get(item.closed_by),
        }

    return Part(
        rows=incident.action_items.all,
        model=ActionItem,
        alike=lambda item: item.title,
        columns=columns,
        new={"created_at": at},
        touched={"updated_at": at},
    )


def _write_together(incident: Incident, wanted: tuple[ParsedActionItem, ...]) -> None:
    """Write the parts and dependencies within `incident`. Dependencies on items of other
    incidents stay.
    """
    rows = _stored(incident)
    moved = []
    waits: set[tuple[int, int]] = set()
    for row, item in zip(rows, wanted, strict=True):
        parent = rows[item.part_of - 1] if item.part_of else None
        if row.parent != parent:
            row.parent = parent
            moved.append(row)
        waits |= {(row.pk, rows[place - 1].pk) for place in item.waits_for}
    if moved:
        ActionItem.objects.bulk_update(moved, ["parent"])
    inside = ActionItemDependency.objects.filter(
        item__incident=incident, depends_on__incident=incident
    )
    known = {(each.item_id, each.depends_on_id): each.pk for each in inside}
    ActionItemDependency.objects.filter(
        pk__in=[known[pair] for pair in known.keys() - waits]
    ).delete()
    ActionItemDependency.objects.bulk_create(
        ActionItemDependency(item_id=item, depends_on_id=other)
        for item, other in sorted(waits - known.keys())
    )
