"""Wording of recurrences."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from core import times
from incidents.models import Incident
from recurrence.analytics.history import History
from recurrence.analytics.neighbours import LOOKED_AT
from recurrence.analytics.past_action_items import PastActionItem

_ORDINALS = (
    *("zeroth", "first", "second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
)


def ordinal_words(number: int) -> str:
    """Return “third”; “23rd” from thirteen on."""
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def recurrence_words(history: History, incident: Incident) -> str:
    """Return “Third time in 14 months”, “in about 14 months” for rough dates, or “Third time”
    without dates.
    """
    if not history.is_whole:
        return f"One of more than {LOOKED_AT} incidents of this pattern"
    words = f"{ordinal_words(history.ordinal).capitalize()} time"
    span = history.span(incident)
    if span is None:
        return words
    return f"{words} in {times.rough_span(span.days, about=history.is_rough(incident))}"


def action_item_words(item: PastActionItem, today: date) -> str:
    """Return “43 days overdue”, “due 3 Mar 2026”, “open, no due date”, “declined” or “done 3 Mar
    2026”.

    Days are in the current time zone.
    """
    if item.is_declined:
        return "declined"
    if item.closed_at:
        return f"done {times.day(timezone.localdate(item.closed_at))}"
    late = item.days_overdue(today)
    if late:
        return times.overdue(late)
    return f"due {times.day(item.due_on)}" if item.due_on else "open, no due date"
