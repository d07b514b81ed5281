"""Background work: thin, and harmless when it runs twice."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from core.tasks import retried_task
from messaging import delivery

CHUNK = 50


@retried_task()
def send_due_messages(now: str = "") -> None:
    """Hand the messages that may be sent to the workers, in batches.

    `now`, in ISO form with its offset, is the moment to act for; without it the clock is read.
    """
    waiting = delivery.lease(datetime.fromisoformat(now) if now else timezone.now())
    for start in range(0, len(waiting), CHUNK):
        send_messages.delay(waiting[start : start + CHUNK], now)


@retried_task()
def send_messages(keys: list[int], now: str = "") -> None:
    """Send these messages, those excepted that somebody else sends or has sent."""
    delivery.deliver(keys, clock=lambda: datetime.fromisoformat(now) if now else timezone.now())
