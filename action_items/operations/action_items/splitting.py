"""Splitting an action item into parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from action_items.operations.action_items.dates import agree_due
from action_items.operations.action_items.holding import hold_open, save
from action_items.operations.action_items.refusals import DueRefused, PartRefused
from core.text import one_line
from incidents.models import ActionItem
from incidents.operations.action_item_changes import facts

MOST_PARTS = 10


@transaction.atomic
def split(
    item: ActionItem,
    *,
    into: Sequence[str],
    due_on: date,
    reason: str = "",
    version: int | None = None,
    by: User,
    at: datetime,
    via: str = "app",
) -> ActionItem:
    """Split `item` into parts with these titles, all due by `due_on`.

    The parts have its owner, kind and priority. It stays open, and each part is closed on its own.
    Raises PartRefused if it is itself a part, or for no titles or more than ten; DueRefused for a
    past day, ReasonMissing as `redate` does, StaleWrite if `version` is not the current one,
    AlreadyClosed, ActionItemGone, or PermissionDenied.
    """
    held = hold_open(item, by=by, to="split", version=version)
    titles = [title for title in map(one_line, into) if title]
    if held.parent is not None:
        raise PartRefused(
            f"It is a part of “{held.parent.title}”; parts have no parts of their own."
        )
    if not 1 <= len(titles) <= MOST_PARTS:
        raise PartRefused(f"Enter its parts, one per line: at least one, at most {MOST_PARTS}.")
    if due_on < timezone.localdate(at):
        raise DueRefused("That day has passed. Choose a later one.")
    was = facts(held)
    agree_due(held, due_on, reason)
    last = held.incident.action_items.aggregate(last=Max("position"))["last"] or 0
    for position, title in enumerate(titles, start=last + 1):
        _part(held, title, position, at).save()
    summary = f"Action item split: {held.title}"
    return save(held, was, by=by, at=at, summary=summary, note=reason, via=via)


def _part(whole: ActionItem, title: str, position: int, at: datetime) -> ActionItem:
    return ActionItem(
        incident=whole.incident,
        position=position,
        title=title,
        kind=whole.kind,
        priority=whole.priority,
        owner=whole.owner,
        owner_team=whole.owner_team,
        owner_as_written=whole.owner_as_written,
        parent=whole,
        due_on=whole.due_on,
        due_reason=whole.due_reason,
        created_at=at,
        updated_at=at,
    )
