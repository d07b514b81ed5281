"""Dependencies between action items, of any incidents."""

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

_LOCK = 7_101_002  # advisory lock on adding a dependency, so that no two transactions make a circle
_MOST = 20
_DEEPEST = 100


@transaction.atomic
def wait_for(item: ActionItem, other: ActionItem, *, by: User, at: datetime) -> None:
    """Make `item` wait for `other`, of which only the key is read. Again changes nothing.

    Raises DependencyRefused if `by` may not see `other`, if that waits for `item` itself through
    items that `by` may see, if `item` is a part of it, or waits for too many; AlreadyClosed,
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
        raise DependencyRefused(f"It is a part of “{found.title}”, which already waits for it.")
    if len(known) >= _MOST:
        raise DependencyRefused(f"It waits for {_MOST} others. Split it, or remove some.")
    if _waits(found.pk, held.pk, by):
        raise DependencyRefused(f"“{found.title}” waits for this one, so neither could start.")
    held.dependencies.create(depends_on=found)
    _keep(held, after=str(found.pk), by=by, at=at)
    revisions.record(held.incident, by=by, at=at, summary=f"Dependency added: {held.title}")


@transaction.atomic
def stop_waiting(item: ActionItem, other: ActionItem, *, by: User, at: datetime) -> None:
    """Remove the dependency of `item` on `other`. Again changes nothing.

    Raises ActionItemGone, or PermissionDenied.
    """
    held = hold(item)
    permissions.require(
        can_progress(by, held), "Only authors and its owner may change an action item."
    )
    found = ActionItemDependency.objects.visible_to(by).filter(item=held, depends_on=other.pk)
    if found.delete()[0]:
        _keep(held, before=str(other.pk), by=by, at=at)
        summary = f"Dependency removed: {held.title}"
        revisions.record(held.incident, by=by, at=at, summary=summary)


def open_waits(item: ActionItem, *, by: User) -> list[ActionItem]:
    """Return the open action items that `item` waits for and `by` may see."""
    found = ActionItemDependency.objects.visible_to(by).filter(item=item)
    return [
        each.depends_on
        for each in found.select_related("depends_on__incident").order_by("pk")
        if each.depends_on.is_open
    ]


def require_no_open_waits(item: ActionItem, *, by: User, despite: bool) -> None:
    """Raise StillWaits if `item` waits for open items that `by` may see, unless `despite`."""
    left = [] if despite else open_waits(item, by=by)
    if left:
        named = f"“{left[0].title}”" if len(left) == 1 else f"{len(left)} open action items"
        raise StillWaits(
            f"It still waits for {named}. Close those first, or confirm “Close anyway”."
        )


def _keep(item: ActionItem, *, before: str = "", after: str = "", by: User, at: datetime) -> None:
    """Record in the history that a dependency was added or removed.

    It is recorded by key, so that the history never reveals the other item to people who may not
    see it.
    """
    item.changes.create(at=at, by=by, what=Changed.WAIT, before=before, after=after)


def _waits(first: int, last: int, by: User) -> bool:
    """Return True if the item `first` waits for `last`, directly or through items that `by` may
    see.

    Items that `by` may not see are not followed: a refusal would reveal them, and a circle that
    nobody can see does no harm.
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
