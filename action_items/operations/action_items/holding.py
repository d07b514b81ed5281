"""Lock an action item while it changes, and save it with its history."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from action_items.operations.action_items.refusals import ActionItemGone, AlreadyClosed
from action_items.permissions import can_progress
from core.errors import StaleWrite
from incidents import permissions
from incidents.models import ActionItem, Changed
from incidents.operations import revisions
from incidents.operations.action_item_changes import Facts, facts, keep_changes
from incidents.operations.incidents import hold_even_archived

# A change to one of these counts as progress and ends a snooze.
_MOVES_ON = (Changed.STATUS, Changed.OWNER, Changed.DUE)


def hold(item: ActionItem, *, version: int | None = None) -> ActionItem:
    """Lock the incident, then `item`, until the transaction ends; return `item` as stored now.

    Raises ActionItemGone, or StaleWrite if `version`, the one that the writer saw, is not the
    current one.
    """
    incident = hold_even_archived(item.incident_id)
    items = ActionItem.objects.select_for_update(of=("self",))
    try:
        held = items.select_related("owner", "owner_team", "closed_by", "parent").get(pk=item.pk)
    except ActionItem.DoesNotExist as error:
        raise ActionItemGone("Somebody deleted this action item meanwhile.") from error
    held.incident = incident
    require_seen(held, version)
    return held


def require_seen(held: ActionItem, version: int | None) -> None:
    """Raise StaleWrite if `version`, unless it is None, is not that of `held`."""
    if version is not None and held.version != version:
        raise StaleWrite("Somebody saved this action item since you opened this page.")


def hold_open(item: ActionItem, *, by: User, to: str, version: int | None = None) -> ActionItem:
    """Lock an open item as `hold` does, and require permission; `to` is the verb for the message.

    Raises AlreadyClosed and PermissionDenied as well.
    """
    held = hold(item)
    permissions.require(
        can_progress(by, held), f"Only authors and its owner may {to} an action item."
    )
    if not held.is_open:
        raise AlreadyClosed(
            f"{held.closed_by or 'Somebody'} closed it before you "
            f"({held.get_status_display()}): {held.evidence}"
        )
    require_seen(held, version)
    return held


def save(
    held: ActionItem,
    was: Facts,
    *,
    by: User,
    at: datetime,
    summary: str,
    note: str = "",
    via: str = "app",
) -> ActionItem:
    """Save the changes of `held` since `was`, its history, and a revision of its incident."""
    now = facts(held)
    if any(now[fact] != was[fact] for fact in _MOVES_ON):
        held.snoozed_until, held.snooze_count = None, 0
        was = was | {Changed.SNOOZE: ""}
    if now[Changed.STATUS] != was[Changed.STATUS]:
        was = was | {Changed.RE_REVIEW: now[Changed.RE_REVIEW]}
    held.version += 1
    held.updated_at = at
    held.save()
    keep_changes(held, was, by=by, at=at, note=note, via=via)
    revisions.record(held.incident, by=by, at=at, summary=summary)
    return held
