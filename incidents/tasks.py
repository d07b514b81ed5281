"""Background work: thin, and harmless when it runs twice."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from accounts.models import User
from incidents.operations import labels
from incidents.reminders import delivery, ledger

CHUNK = 50
# A database that restarts is back within seconds; where it is not, the next hourly tick goes on.
_retried = partial(
    shared_task,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=2,
    retry_backoff_max=60,
    max_retries=5,
)


@_retried()
def send_due_digests(now: str = "") -> None:
    """One tick: write the digests that are due, then have all unsent ones sent.

    `now`, in ISO form with its offset, is the moment to act for; without it the clock is read.
    """
    moment = datetime.fromisoformat(now) if now else timezone.now()
    ledger.write_due(moment)
    waiting = ledger.unsent(moment)
    for start in range(0, len(waiting), CHUNK):
        send_digests.delay(waiting[start : start + CHUNK], now)


@_retried()
def send_digests(keys: list[int], now: str = "") -> None:
    """Send these digests, those excepted that somebody else sends or has sent."""
    delivery.deliver(keys, clock=lambda: datetime.fromisoformat(now) if now else timezone.now())


@_retried()
def keep_new_names(incidents: list[int], by: int, at: str) -> None:
    """Keep a revision of these incidents, of which a service or tag was renamed."""
    person, moment = User.objects.get(pk=by), datetime.fromisoformat(at)
    labels.keep_new_names(incidents, by=person, at=moment)
