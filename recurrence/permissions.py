"""Who may run playbooks, and discard a run."""

from __future__ import annotations

from accounts.models import User
from incidents.permissions import can_write
from recurrence.models import PlaybookRun


def can_run(user: User) -> bool:
    """Follow playbooks and say what came of it: everybody with an account (ADR 23)."""
    return user.is_active


def can_discard(user: User, run: PlaybookRun) -> bool:
    """Throw an open run of a playbook away: whoever began it, authors and above."""
    return can_write(user) or (user.is_active and run.started_by_id == user.pk)
