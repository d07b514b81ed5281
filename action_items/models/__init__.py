"""Models for following action items: reminders and their policy, calendar feeds, fix checks."""

from action_items.models.calendar_feed import CalendarFeed
from action_items.models.fix_check import FixAnswer, FixCheck
from action_items.models.reminder import (
    Answer,
    LedgerEntry,
    PostmortemReminder,
    ReminderAnswer,
    ReminderRun,
)
from action_items.models.reminder_policy import Assigned, ReminderPolicy

__all__ = [
    "Answer",
    "Assigned",
    "CalendarFeed",
    "FixAnswer",
    "FixCheck",
    "LedgerEntry",
    "PostmortemReminder",
    "ReminderAnswer",
    "ReminderPolicy",
    "ReminderRun",
]
