"""Recurrence in words."""

from __future__ import annotations

from datetime import date

from incidents.models import ActionItemStatus, Incident
from incidents.recurrence.history import NEIGHBOURS, History, Promise

_ORDINALS = (
    *("zeroth", "first", "second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
)


def ordinal_words(number: int) -> str:
    """“third”; “23rd” from thirteen on."""
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def recurrence_words(history: History, incident: Incident) -> str:
    """“Third time in 14 months”; without a span where a date is not recorded."""
    if not history.is_whole and history.ordinal > NEIGHBOURS:
        return f"One of more than {NEIGHBOURS} incidents of this pattern"
    words = f"{ordinal_words(history.ordinal).capitalize()} time"
    dated = [past.occurred_at for past in history.earlier if past.occurred_at]
    if incident.occurred_at is None or len(dated) < len(history.earlier):
        return words
    return f"{words} in {span_words((incident.occurred_at - min(dated)).days)}"


def span_words(days: int) -> str:
    """A number of days in the unit that people would use."""
    if days < 1:
        return "a day"
    if days < 14:
        return f"{days} day{'s' if days > 1 else ''}"
    if days < 60:
        return f"{round(days / 7)} weeks"
    if days < 730:
        return f"{round(days / 30.44)} months"
    return f"{round(days / 365.25)} years"


def promise_words(promise: Promise, today: date) -> str:
    """“overdue 43 days”, “due 3 Mar 2026”, “open, no due date”, “declined” or “done 3 Mar 2026”."""
    if promise.status == ActionItemStatus.WONT_DO:
        return "declined"
    if promise.closed_at:
        return f"done {promise.closed_at:%-d %b %Y}"
    late = promise.days_overdue(today)
    if late:
        return f"overdue {late} day{'s' if late > 1 else ''}"
    return f"due {promise.due_on:%-d %b %Y}" if promise.due_on else "open, no due date"
