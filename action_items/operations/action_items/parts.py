"""Parts of action items: one level deep, within one incident."""

from __future__ import annotations

from action_items.operations.action_items.refusals import OpenParts, PartRefused
from incidents.models import ActionItem


def agree_parent(item: ActionItem, parent: ActionItem | None) -> None:
    """Make `item` a part of `parent`, or of nothing. Only the key of `parent` is read.

    Raises PartRefused if the parent is gone, belongs to another incident or is itself a part, and
    if `item` has parts of its own or waits for it.
    """
    if parent is None or parent.pk == item.parent_id:
        item.parent = item.parent if parent else None
        return
    found = ActionItem.objects.filter(pk=parent.pk, incident=item.incident_id).first()
    if found is None or found.pk == item.pk:
        raise PartRefused("Choose another action item of the same incident, one that still exists.")
    if found.parent_id is not None:
        raise PartRefused(f"“{found.title}” is itself a part; parts have no parts of their own.")
    if item.pk and item.parts.exists():
        raise PartRefused("It has parts of its own, so it cannot become one.")
    if item.pk and item.dependencies.filter(depends_on=found).exists():
        raise PartRefused(f"It waits for “{found.title}”, so it cannot be part of that.")
    item.parent = found


def require_no_open_parts(item: ActionItem, *, leave_open: bool) -> None:
    """Raise OpenParts if parts of `item` are open, unless `leave_open`."""
    if leave_open:
        return
    left = item.parts.open().count()
    if left:
        what = "One of its parts is" if left == 1 else f"{left} of its parts are"
        raise OpenParts(f"{what} still open. Close what is done first, or leave them open.")
