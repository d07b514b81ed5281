"""Permissions on playbook runs."""

from __future__ import annotations

from accounts.models import User
from incidents.permissions import can_write
from recurrence.models import PlaybookRun


def can_run(user: User) -> bool:
    """Return True if `user` may follow playbooks and record the outcome: every account (ADR 23)."""
    return user.is_active


def can_discard(user: User, run: PlaybookRun) -> bool:
    """Return True if `user` may discard an open run: whoever started it, authors and above."""
    return can_write(user) or (user.is_active and run.started_by_id == user.pk)
