"""Action items that wait for others, of any incident."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from accounts.models import User
from action_items.operations.action_items.holding import hold, hold_open
from action_items.operations.action_items.refusals import DependencyRefused, StillWaits
from action_items.permissions import can_progress
from incidents import permissions
from incidents.models import ActionItem, ActionItemDependency, Changed
from incidents.operations import revisions

_LOCK = 7_101_002  # whoever holds it says what waits for what, so that no two make a circle
_MOST = 20
_DEEPEST = 100


@transaction.atomic
def wait_for(item: ActionItem, other: ActionItem, *, by: User, at: datetime) -> None:
    """`item` waits for `other`, of which only the key is looked at. Again changes nothing.

    Raises DependencyRefused where `by` may not see `other`, where that waits for `item` in turn,
    as far as `by` may see, where `item` is a part of it, or waits for too many; AlreadyClosed,
    ActionItemGone, or PermissionDenied.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    held = hold_open(item, by=by, to="change")
    found = ActionItem.objects.visible_to(by).filter(pk=other.pk).first()
    if found is None or found.pk == held.pk:
        raise DependencyRefused("Choose another action item, one that exists.")
    known = set(held.dependencies.values_list("depends_on", flat=True))
    if found.pk in known:
        return
    if held.parent_id == found.pk:
        raise DependencyRefused(f"It is a part of “{found.title}”, which waits for it already.")
    if len(known) >= _MOST:
        raise DependencyRefused(f"It waits for {_MOST} others. Split it, or take some away.")
    if _waits(found.pk, held.pk, by):
        raise DependencyRefused(f"“{found.title}” waits for this one, so neither could begin.")
    held.dependencies.create(depends_on=found)
    _keep(held, after=str(found.pk), by=by, at=at)
    revisions.record(held.incident, by=by, at=at, summary=f"Action item waits: {held.title}")


@transaction.atomic
def stop_waiting(item: ActionItem, other: ActionItem, *, by: User, at: datetime) -> None:
    """`item` does not wait for `other` any more. Again changes nothing.

    Raises ActionItemGone, or PermissionDenied.
    """
    held = hold(item)
    permissions.require(
        can_progress(by, held), "Only authors and its owner may change an action item."
    )
    found = ActionItemDependency.objects.visible_to(by).filter(item=held, depends_on=other.pk)
    if found.delete()[0]:
        _keep(held, before=str(other.pk), by=by, at=at)
        summary = f"Action item waits no more: {held.title}"
        revisions.record(held.incident, by=by, at=at, summary=summary)


def open_waits(item: ActionItem, *, by: User) -> list[ActionItem]:
    """The open action items that `item` waits for, as far as `by` may see them."""
    found = ActionItemDependency.objects.visible_to(by).filter(item=item)
    return [
        each.depends_on
        for each in found.select_related("depends_on__incident").order_by("pk")
        if each.depends_on.is_open
    ]


def require_no_open_waits(item: ActionItem, *, by: User, despite: bool) -> None:
    """Raise StillWaits where `item` waits for open ones that `by` may see, unless `despite`."""
    left = [] if despite else open_waits(item, by=by)
    if left:
        named = f"“{left[0].title}”" if len(left) == 1 else f"{len(left)} open action items"
        raise StillWaits(f"It still waits for {named}. Say that it is done all the same, or wait.")


def _keep(item: ActionItem, *, before: str = "", after: str = "", by: User, at: datetime) -> None:
    """Add to the history what `item` waits for from now on, or no longer. It is kept by its key:
    who may not see that item is not told of it."""
    item.changes.create(at=at, by=by, what=Changed.WAIT, before=before, after=after)


def _waits(first: int, last: int, by: User) -> bool:
    """Whether the item `first` waits for `last`, directly or through others that `by` may see.

    What `by` may not see is not followed: a refusal would tell of it, and a circle that nobody
    can see stops nothing.
    """
    seen, now = {first}, {first}
    visible = ActionItemDependency.objects.visible_to(by)
    for _ in range(_DEEPEST):
        if not now or last in now:
            break
        waited = visible.filter(item__in=now).values_list("depends_on", flat=True)
        now = set(waited) - seen
        seen |= now
    return last in now
