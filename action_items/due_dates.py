"""The due date of an action item, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from core import times
from incidents.models import ActionItem, ActionItemStatus

WEEK = 7  # days


@dataclass(frozen=True)
class DueDate:
    """A due date in words. `stage` is `now`, `late`, `long-late`, or empty."""

    text: str
    stage: str = ""
    iso: str = ""


def due(item: ActionItem, today: date) -> DueDate:
    """Return the due or closing date of `item` in words, as of `today`."""
    if not item.is_open:
        on = timezone.localdate(item.closed_at) if item.closed_at else None
        word = "Done" if item.status == ActionItemStatus.DONE else "Declined"
        words = f"{word} {times.day(on)}" if on else word
        return DueDate(words, iso=on.isoformat() if on else "")
    if item.due_on is None:
        return DueDate("No due date")
    iso = item.due_on.isoformat()
    days = (item.due_on - today).days
    if days < -WEEK:
        return DueDate(times.overdue(-days), "long-late", iso)
    if days < 0:
        return DueDate(times.overdue(-days), "late", iso)
    if days <= 1:
        return DueDate("Due tomorrow" if days else "Due today", "now", iso)
    if days < WEEK:
        return DueDate(
            f"Due {times.weekday_name(item.due_on)} {times.short_day(item.due_on)}", iso=iso
        )
    return DueDate(f"Due {times.day(item.due_on)}", iso=iso)
