"""The page of one action item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.requests import SignedInRequest
from action_items.due_dates import due
from action_items.operations import action_items
from action_items.reminders import policy_store
from action_items.views.fix_history import fix_checks
from action_items.views.rows import rows, with_what_rows_show
from core import markdown, times
from core.trackers import tracker_of
from incidents.models import (
    ActionItem,
    ActionItemChange,
    ActionItemDependency,
    ActionItemStatus,
    Changed,
    Via,
)
from messaging.models import Message
from messaging.outcomes import Result, outcome_of

_REMINDERS = 10
_CHANGES = 100  # the latest ones; older ones are in the admin


@dataclass(frozen=True)
class Related:
    """Another item in a list on this page."""

    pk: int
    title: str
    url: str
    status: str
    status_label: str
    is_open: bool
    due: str
    due_stage: str
    incident: str  # empty for the same incident


@dataclass(frozen=True)
class Reminder:
    """A reminder: its day, recipient and result."""

    day: date
    to: str
    result: Result


@dataclass(frozen=True)
class Change:
    """A line of the history."""

    text: str
    who: str
    at: datetime
    via: str
    note: SafeString | str


def with_people_or_404(request: SignedInRequest, pk: int) -> ActionItem:
    """Return the item with all people it names, if the person may see it. Raises Http404."""
    items = with_what_rows_show(ActionItem.objects.visible_to(request.user))
    return get_object_or_404(items.select_related("closed_by", "verified_by", "parent"), pk=pk)


def action_item_context(item: ActionItem, user: User, today: date) -> dict[str, Any]:
    """Return the context of `action_item_detail.html` for a user who may see `item`."""
    [row] = rows([item], user, today)
    waits_for = _waits_for(item, user, today)
    parts = related(item.parts.all(), item, today)
    return {
        "item": item,
        "row": row,
        "tracker": tracker_of(item.tracker_url),
        "patterns": [link.pattern for link in item.incident.pattern_links.all()],
        "parts": parts,
        "parts_closed": sum(not part.is_open for part in parts),
        "waits_for": waits_for,
        "may_go_on": _may_go_on(item, waits_for),
        "waited_for_by": _waited_for_by(item, user, today),
        "is_snoozed": bool(item.snoozed_until and item.snoozed_until > today and item.is_open),
        "may_snooze": item.is_open and action_items.snoozes_left(item, policy_store.current()) > 0,
        "is_to_re_review": bool(item.re_review_on and item.re_review_on <= today),
        "verified_by_another": item.verified_by_id not in (None, item.closed_by_id),
        "changes": _changes(item, user),
        "reminders": _reminders(item),
        "fix_checks": fix_checks(user, item),
        "nav": "action_items",
    }


def _reminders(item: ActionItem) -> list[Reminder]:
    """Return the latest reminders of `item` with their results."""
    told = item.reminders.select_related("message", "recipient").order_by("-message__day", "-pk")
    substitutes = Prefetch("message__substitutes", Message.objects.order_by("pk"))
    return [
        Reminder(
            entry.message.day,
            str(entry.recipient),
            outcome_of(entry.message, entry.message.substitutes.all()),
        )
        for entry in told.prefetch_related(substitutes)[:_REMINDERS]
    ]


def related(items: Iterable[ActionItem], of: ActionItem, today: date) -> list[Related]:
    """Return `items`, which the reader may see, as rows on the page of `of`."""
    return [_related(item, of, today) for item in items]


def _related(item: ActionItem, of: ActionItem, today: date) -> Related:
    when = due(item, today)
    elsewhere = item.incident_id != of.incident_id
    return Related(
        pk=item.pk,
        title=item.title,
        url=item.get_absolute_url(),
        status=item.status,
        status_label=item.get_status_display(),
        is_open=item.is_open,
        due=when.text,
        due_stage=when.stage,
        incident=f"{item.incident.reference} {item.incident.title}" if elsewhere else "",
    )


def _waits_for(item: ActionItem, user: User, today: date) -> list[Related]:
    found = ActionItemDependency.objects.visible_to(user).filter(item=item)
    found = found.select_related("depends_on__incident").order_by("pk")
    return related((each.depends_on for each in found), item, today)


def _waited_for_by(item: ActionItem, user: User, today: date) -> list[Related]:
    found = ActionItemDependency.objects.visible_to(user).filter(depends_on=item)
    found = found.select_related("item__incident").order_by("pk")
    return related((each.item for each in found), item, today)


def _may_go_on(item: ActionItem, waits_for: list[Related]) -> bool:
    """Return True if an item is blocked and all visible items that it waits for are closed."""
    is_blocked = item.status == ActionItemStatus.BLOCKED
    return is_blocked and bool(waits_for) and not any(other.is_open for other in waits_for)


def _changes(item: ActionItem, user: User) -> list[Change]:
    """Return the history of `item`, latest first, without dependencies that `user` may not see."""
    found = list(item.changes.select_related("by").order_by("-at", "-pk")[:_CHANGES])
    waited = {change.before or change.after for change in found if change.what == Changed.WAIT}
    names = _names(waited, item, user) if waited else {}
    return [
        Change(
            text=_words(change, names),
            who=str(change.by or ""),
            at=change.at,
            via="" if change.via == Via.APP else change.get_via_display(),
            note=markdown.render(change.note) if change.note else "",
        )
        for change in found
        if change.what != Changed.WAIT or (change.before or change.after) in names
    ]


def _names(keys: set[str], of: ActionItem, user: User) -> dict[str, str]:
    """Return, by key, the names of these items as far as `user` may see them."""
    found = ActionItem.objects.visible_to(user).filter(
        pk__in=[key for key in keys if key.isdecimal()]
    )
    return {
        str(other.pk): f"“{other.title}”"
        if other.incident_id == of.incident_id
        else f"{other.incident.reference} “{other.title}”"
        for other in found.select_related("incident")
    }


def _words(change: ActionItemChange, names: dict[str, str]) -> str:
    before, after = change.before, change.after
    if change.what == Changed.WAIT:
        return f"Waits for {names[after]}" if after else f"No longer waits for {names[before]}"
    if change.what == Changed.STATUS:
        return f"{_status(before)} → {_status(after)}"
    if change.what == Changed.OWNER:
        return f"Owner: {before or 'nobody'} → {after or 'nobody'}"
    if change.what == Changed.DUE:
        return f"Due: {_day(before)} → {_day(after)}"
    if change.what == Changed.SNOOZE:
        return f"Snoozed until {_day(after)}" if after else "Snooze ended"
    if change.what == Changed.RE_REVIEW:
        return f"Still won’t do; re-review on {_day(after)}"
    return f"Part of “{after}”" if after else f"No longer part of “{before}”"


def _status(stored: str) -> str:
    known = stored in ActionItemStatus.values
    return str(ActionItemStatus(stored).label) if known else stored


def _day(stored: str) -> str:
    day = parse_date(stored) if stored else None
    return times.day(day) if day else "no date"
