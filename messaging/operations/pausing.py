"""Pausing all messages, and withdrawing those that must not be sent."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from messaging.models import Message, SendingPause


def pause_sending(*, reason: str, at: datetime) -> SendingPause:
    """Send nothing from now on. Where sending is paused already, that pause is returned."""
    pause, _ = SendingPause.objects.get_or_create(
        ended_at=None, defaults={"reason": reason, "started_at": at}
    )
    return pause


def resume_sending(*, by: User | None, at: datetime) -> bool:
    """End the pause; False where there is none. `by` is None for whoever runs the machine."""
    return bool(SendingPause.objects.active().update(ended_at=at, ended_by=by))


def withdraw_waiting(*, reason: str, at: datetime) -> int:
    """Mark every message that is still to be sent as not sent, and return how many those are."""
    return Message.objects.waiting().update(dropped_at=at, last_error=reason)
