"""One tick of the reminders, with the messages sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.core import mail

from action_items.reminders import ledger
from messaging import delivery

MONDAY = date(2026, 3, 2)
MONDAY_MORNING = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def tick(now: datetime = MONDAY_MORNING, topic: str = "digest") -> list[mail.EmailMessage]:
    """Run one hourly tick; return the mails of `topic` that it sent."""
    before = len(mail.outbox)
    ledger.write_due(now)
    delivery.deliver(delivery.due(now), clock=lambda: now)
    sent = mail.outbox[before:]
    return [each for each in sent if each.extra_headers["Message-ID"].startswith(f"<{topic}.")]
