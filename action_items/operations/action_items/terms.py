"""The content of an action item: adding, editing and deleting one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import Team, User
from action_items.operations.action_items.dates import agree_due
from action_items.operations.action_items.holding import hold, save
from action_items.operations.action_items.owners import agree_owner
from action_items.operations.action_items.parts import agree_parent
from action_items.operations.action_items.refusals import ActionItemGone
from core.text import clean_markdown, one_line
from incidents import permissions
from incidents.models import CLOSED, ActionItem, ActionItemKind, Incident, Priority
from incidents.operations import revisions
from incidents.operations.action_item_changes import facts
from incidents.operations.incidents import hold_even_archived


@dataclass(frozen=True)
class Terms:
    """The content of an action item: everything that its form can change.

    `status` is one of the open ones; None leaves it as it is. Only the key of `parent` is read.
    `due_reason` says why it takes longer than its severity allows.
    """

    title: str
    detail: str = ""
    kind: str = ActionItemKind.OTHER
    priority: str = Priority.P2
    size: str = ""
    owner: User | None = None
    owner_team: Team | None = None
    owner_as_written: str = ""
    parent: ActionItem | None = None
    due_on: date | None = None
    due_reason: str = ""
    tracker_url: str = ""
    status: str | None = None


@transaction.atomic
def add(incident: Incident, *, terms: Terms, by: User, at: datetime) -> ActionItem:
    """Add an action item to `incident`.

    Raises OwnerMayNotSee, ReasonMissing if it is due later than its severity allows, PartRefused,
    or PermissionDenied.
    """
    permissions.require(permissions.can_write(by), "Only authors may add action items.")
    held = hold_even_archived(incident.pk)
    last = held.action_items.aggregate(last=Max("position"))["last"] or 0
    item = ActionItem(incident=held, position=last + 1, created_at=at, updated_at=at)
    _agree(item, terms, by=by, at=at)
    item.save()
    revisions.record(held, by=by, at=at, summary=f"Action item added: {item.title}")
    return item


@transaction.atomic
def edit(item: ActionItem, *, terms: Terms, version: int, by: User, at: datetime) -> ActionItem:
    """Change the content of `item`. `version` is the one that the writer saw.

    Raises StaleWrite if somebody saved since, ActionItemGone, OwnerMayNotSee, ReasonMissing if it
    would be due later than its severity allows, PartRefused, or PermissionDenied; nothing is
    changed then.
    """
    permissions.require(permissions.can_write(by), "Only authors may change action items.")
    held = hold(item, version=version)
    was = facts(held)
    _agree(held, terms, by=by, at=at)
    summary = f"Action item changed: {held.title}"
    return save(held, was, by=by, at=at, summary=summary)


@transaction.atomic
def delete(item: ActionItem, *, version: int | None = None, by: User, at: datetime) -> None:
    """Delete `item`; the revisions keep its content. Deleting again changes nothing.

    Raises StaleWrite if `version` is not the current one, or PermissionDenied.
    """
    permissions.require(permissions.can_write(by), "Only authors may delete action items.")
    try:
        held = hold(item, version=version)
    except ActionItemGone:
        return
    held.delete()
    revisions.record(held.incident, by=by, at=at, summary=f"Action item deleted: {held.title}")


def _agree(item: ActionItem, terms: Terms, *, by: User, at: datetime) -> None:
    agree_owner(item, terms.owner, terms.owner_team, by=by, at=at)
    agree_due(item, terms.due_on, terms.due_reason)
    agree_parent(item, terms.parent)
    for name in ("kind", "priority", "size", "owner_as_written", "tracker_url"):
        setattr(item, name, getattr(terms, name))
    item.title, item.detail = one_line(terms.title), clean_markdown(terms.detail)
    if terms.status is not None and item.is_open and terms.status not in CLOSED:
        item.status = terms.status
