"""Recurrence in words."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from incidents.models import Incident
from incidents.recurrence.history import History
from incidents.recurrence.neighbours import LOOKED_AT
from incidents.recurrence.promises import Promise

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
    """“Third time in 14 months”, “in about 14 months” where a date is rough; without a span where
    one is not recorded."""
    if not history.is_whole:
        return f"One of more than {LOOKED_AT} incidents of this pattern"
    words = f"{ordinal_words(history.ordinal).capitalize()} time"
    span = history.span(incident)
    if span is None:
        return words
    about = "about " if history.is_rough(incident) else ""
    return f"{words} in {about}{span_words(span.days)}"


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
    """“overdue 43 days”, “due 3 Mar 2026”, “open, no due date”, “declined” or “done 3 Mar 2026”,
    in the reader’s time zone."""
    if promise.is_declined:
        return "declined"
    if promise.closed_at:
        return f"done {timezone.localdate(promise.closed_at):%-d %b %Y}"
    late = promise.days_overdue(today)
    if late:
        return f"overdue {late:,} day{'s' if late > 1 else ''}"
    return f"due {promise.due_on:%-d %b %Y}" if promise.due_on else "open, no due date"
