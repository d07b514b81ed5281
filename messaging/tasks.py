"""Background work: thin, and harmless when it runs twice."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from messaging import delivery

CHUNK = 50
# A database that restarts is back within seconds; where it is not, the next tick goes on.
_retried = partial(
    shared_task,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=2,
    retry_backoff_max=60,
    max_retries=5,
)


@_retried()
def send_due_messages(now: str = "") -> None:
    """One tick: give what may be sent to the workers, in parts that they share.

    `now`, in ISO form with its offset, is the moment to act for; without it the clock is read.
    """
    waiting = delivery.lease(datetime.fromisoformat(now) if now else timezone.now())
    for start in range(0, len(waiting), CHUNK):
        send_messages.delay(waiting[start : start + CHUNK], now)


@_retried()
def send_messages(keys: list[int], now: str = "") -> None:
    """Send these messages, those excepted that somebody else sends or has sent."""
    delivery.deliver(keys, clock=lambda: datetime.fromisoformat(now) if now else timezone.now())
