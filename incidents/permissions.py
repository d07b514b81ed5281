"""Permissions of users on incidents that they can see."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from accounts.models import Role, User
from incidents.models import Incident


def can_write(user: User) -> bool:
    """Return True if `user` may create incidents and edit visible ones: authors and above."""
    return user.is_at_least(Role.AUTHOR)


def can_publish(user: User) -> bool:
    """Return True if `user` may publish a postmortem or withdraw it: reviewers and
    administrators.
    """
    return user.is_at_least(Role.REVIEWER)


def can_archive(user: User, incident: Incident) -> bool:
    """Return True if `user` may archive `incident`: its owner, reviewers and administrators."""
    return can_publish(user) or (can_write(user) and incident.owner_id == user.pk)


def can_restrict(user: User, incident: Incident) -> bool:
    """Return True if `user` may decide who sees `incident`: its owner, its creator,
    administrators.
    """
    return can_write(user) and (
        user.is_administrator or user.pk in (incident.owner_id, incident.created_by_id)
    )


def require(allowed: bool, message: str) -> None:
    """Raise PermissionDenied with a sentence for the user unless `allowed`."""
    if not allowed:
        raise PermissionDenied(message)
