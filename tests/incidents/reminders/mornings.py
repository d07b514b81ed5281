"""Digests sent in the last working morning, for what reads the clock when it is answered."""

from __future__ import annotations

from datetime import date, timedelta

from django.core import mail
from django.utils import timezone

from accounts.models import User
from incidents.reminders import ledger
from incidents.reminders.calendars import zone_named
from messaging import delivery


def today(zone: str = "Europe/Dublin") -> date:
    return timezone.now().astimezone(zone_named(zone)).date()


def sent_digest(person: User) -> list[mail.EmailMessage]:
    """The digests that `person` gets on the last day that was no weekend, at 18:00 UTC."""
    moment = timezone.now().replace(hour=18, minute=0)
    while moment.isoweekday() > 5:
        moment -= timedelta(days=1)
    before = len(mail.outbox)
    ledger.write_due(moment)
    delivery.deliver(delivery.due(moment), clock=lambda: moment)
    return [letter for letter in mail.outbox[before:] if letter.to == [person.email]]
