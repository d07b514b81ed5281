"""The policy in force: the one saved last, or the defaults."""

from __future__ import annotations

from dataclasses import fields

from action_items.models import ReminderPolicy
from action_items.reminders.policy import Policy

NAMES = tuple(field.name for field in fields(Policy))


def current() -> Policy:
    """Return the policy in force."""
    saved = ReminderPolicy.objects.current()
    return terms_of(saved) if saved else Policy()


def terms_of(saved: ReminderPolicy) -> Policy:
    """Return the settings of a saved version."""
    values = {name: getattr(saved, name) for name in NAMES}
    return Policy(**values | {"overdue": tuple(saved.overdue), "weekdays": tuple(saved.weekdays)})
