"""Digests sent on the last working day, for tests that read the current time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.core import mail
from django.utils import timezone

from accounts.models import User
from action_items.reminders.calendars import zone_named
from tests.action_items.reminders.ticks import tick

HALF_PAST_NINE = time(9, 30)


def today(zone: str = "Europe/Dublin") -> date:
    return timezone.now().astimezone(zone_named(zone)).date()


def sent_digest(person: User) -> list[mail.EmailMessage]:
    """Return the digests for `person` at 9:30 on the last weekday."""
    day = today(person.time_zone)
    while day.isoweekday() > 5:
        day -= timedelta(days=1)
    moment = datetime.combine(day, HALF_PAST_NINE, zone_named(person.time_zone))
    return [letter for letter in tick(moment) if letter.to == [person.email]]
