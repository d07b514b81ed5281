"""Remarks on an action item in a row: snooze, parts, dependencies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from accounts.models import User
from core import times
from incidents.models import ActionItem, ActionItemDependency, ActionItemStatus, Incident


def own_remarks(item: ActionItem, today: date) -> tuple[str, ...]:
    """Return remarks from the item's own columns. No query."""
    if item.is_open and item.snoozed_until and item.snoozed_until > today:
        return (f"Snoozed until {times.day(item.snoozed_until)}",)
    if item.re_review_on and item.re_review_on <= today:
        return ("Due for re-review",)
    return ()


def remarks_together(
    user: User, incident: Incident, items: Sequence[ActionItem], *, waiting: bool
) -> dict[int, tuple[str, ...]]:
    """Return, by key, remarks on parts and dependencies of `items`, all those of `incident`.

    Dependencies are limited to what `user` may see. One query if some are `waiting`, else none.
    """
    by_key = {item.pk: item for item in items}
    parts: dict[int, list[ActionItem]] = defaultdict(list)
    for item in items:
        if item.parent_id:
            parts[item.parent_id].append(item)
    waits = _waits(user, incident) if waiting else {}
    return {
        item.pk: tuple(
            remark
            for remark in (
                _of_parts(parts[item.pk]) if item.pk in parts else "",
                f"Part of “{by_key[item.parent_id].title}”" if item.parent_id in by_key else "",
                _of_waits(item, waits[item.pk]) if item.pk in waits and item.is_open else "",
            )
            if remark
        )
        for item in items
    }


def in_families(items: Sequence[ActionItem]) -> list[ActionItem]:
    """Sort `items`: open ones first, each part below its parent if both are open or both closed."""
    place = {item.pk: number for number, item in enumerate(items)}
    is_open = {item.pk: item.is_open for item in items}

    def key(item: ActionItem) -> tuple[bool, int, bool, int]:
        whole = item.parent_id
        is_below = whole is not None and is_open.get(whole) == item.is_open
        head = place[whole] if is_below and whole is not None else place[item.pk]
        return not item.is_open, head, is_below, place[item.pk]

    return sorted(items, key=key)


def _waits(user: User, incident: Incident) -> dict[int, list[bool]]:
    """Return, by key of the waiting item, whether each item that it waits for is open."""
    found: dict[int, list[bool]] = defaultdict(list)
    visible = ActionItemDependency.objects.visible_to(user).filter(item__incident=incident)
    for key, status in visible.values_list("item", "depends_on__status"):
        found[key].append(ActionItem(status=status).is_open)
    return found


def _of_parts(parts: Sequence[ActionItem]) -> str:
    closed = sum(not part.is_open for part in parts)
    return f"{closed} of {len(parts)} parts closed" if len(parts) > 1 else "Has one part"


def _of_waits(item: ActionItem, are_open: Sequence[bool]) -> str:
    left = sum(are_open)
    if left:
        return "Waits for another" if left == 1 else f"Waits for {left} others"
    is_blocked = item.status == ActionItemStatus.BLOCKED
    return "Ready: what it waited for is closed" if is_blocked else ""
