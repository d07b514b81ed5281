"""Permissions on the progress of action items."""

from __future__ import annotations

from accounts.models import User
from incidents.models import ActionItem
from incidents.permissions import can_write


def can_progress(user: User, item: ActionItem) -> bool:
    """Return True if `user` may change the status, owner or dates of `item`.

    Authors may, and its owner whatever their role; if a team owns it, its members and its lead.
    """
    if can_write(user):
        return True
    if item.owner_team_id is not None:
        return user.is_active and item.owner_team_id in user.team_keys
    return user.is_active and item.owner_id == user.pk
