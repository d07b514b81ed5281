"""Background tasks: thin, and safe to run twice."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from action_items.reminders import immediate, ledger
from core.tasks import retried_task
from messaging import delivery
from messaging.tasks import send_due_messages


@retried_task()
def send_due_digests(now: str = "") -> None:
    """Write the digests that are due, then have all waiting messages sent.

    Writes nothing while sending is paused: due reminders are computed again when it resumes. `now`,
    in ISO form with its offset, is the moment to act for; by default the current time.
    """
    if delivery.is_paused():
        return
    moment = datetime.fromisoformat(now) if now else timezone.now()
    ledger.write_due(moment)
    send_due_messages.delay(now)


@retried_task()
def tell_at_once(now: str = "") -> None:
    """Write the reminders that must not wait for a digest, and have them sent. `now` as above."""
    if delivery.is_paused():
        return
    if immediate.write_due(datetime.fromisoformat(now) if now else timezone.now()):
        send_due_messages.delay(now)
