"""Who may do what with an incident that they can see."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from accounts.models import Role, User
from incidents.models import Incident


def can_write(user: User) -> bool:
    """Start incidents and edit those one can see: authors and above."""
    return user.is_at_least(Role.AUTHOR)


def can_publish(user: User) -> bool:
    """Publish a postmortem, or take it back to draft: reviewers and administrators."""
    return user.is_at_least(Role.REVIEWER)


def can_archive(user: User, incident: Incident) -> bool:
    """Archive an incident: its owner, reviewers and administrators."""
    return can_publish(user) or (can_write(user) and incident.owner_id == user.pk)


def can_restrict(user: User, incident: Incident) -> bool:
    """Decide who may see an incident: its owner, whoever made it, and administrators."""
    return can_write(user) and (
        user.is_administrator or user.pk in (incident.owner_id, incident.created_by_id)
    )


def require(allowed: bool, message: str) -> None:
    """Raises PermissionDenied with a sentence for the person unless `allowed`."""
    if not allowed:
        raise PermissionDenied(message)
