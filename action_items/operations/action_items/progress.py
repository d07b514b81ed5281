"""Moves of an action item between its open statuses."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from action_items.operations.action_items.holding import hold_open, save
from core.errors import DomainError
from incidents.models import CLOSED, ActionItem, ActionItemStatus
from incidents.operations.action_item_changes import facts


@transaction.atomic
def move(
    item: ActionItem,
    *,
    to: str,
    note: str = "",
    version: int | None = None,
    by: User,
    at: datetime,
    via: str = "app",
) -> ActionItem:
    """Set the status of `item` to open, in progress or blocked. The same status changes nothing.

    `note`, Markdown, says why. Raises DomainError for a status that closes it, since closing needs
    more; StaleWrite if `version` is not the current one, AlreadyClosed, ActionItemGone, or
    PermissionDenied.
    """
    held = hold_open(item, by=by, to="move", version=version)
    if to in CLOSED or to not in ActionItemStatus.values:
        raise DomainError("Closing an action item needs evidence or a reason.")
    if held.status == to:
        return held
    was = facts(held)
    held.status = to
    summary = f"Action item {held.get_status_display().lower()}: {held.title}"
    return save(held, was, by=by, at=at, summary=summary, note=note, via=via)


def start(item: ActionItem, *, by: User, at: datetime, via: str = "app") -> ActionItem:
    """Set `item` to “in progress”. Raises as `move` does."""
    return move(item, to=ActionItemStatus.IN_PROGRESS, by=by, at=at, via=via)


def block(
    item: ActionItem, *, note: str = "", by: User, at: datetime, via: str = "app"
) -> ActionItem:
    """Set `item` to “blocked”; `note` says by what. Raises as `move` does."""
    return move(item, to=ActionItemStatus.BLOCKED, note=note, by=by, at=at, via=via)
