"""Who may move an action item on."""

from __future__ import annotations

from accounts.models import User
from incidents.models import ActionItem
from incidents.permissions import can_write


def can_progress(user: User, item: ActionItem) -> bool:
    """Move an action item on: whoever may write, and its owner whatever the role; where a team owns
    it, those who are in that team or lead it."""
    if can_write(user):
        return True
    if item.owner_team_id is not None:
        return user.is_active and item.owner_team_id in user.team_keys
    return user.is_active and item.owner_id == user.pk
