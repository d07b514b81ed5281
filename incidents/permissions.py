"""Who may do what with an incident that they can see."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from accounts.models import Role, User
from incidents.models import ActionItem, Incident, PlaybookRun


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


def can_progress(user: User, item: ActionItem) -> bool:
    """Move an action item on: whoever may write, and its owner whatever the role; where a team owns
    it, those who are in that team or lead it."""
    if can_write(user):
        return True
    if item.owner_team_id is not None:
        return user.is_active and item.owner_team_id in user.team_keys
    return user.is_active and item.owner_id == user.pk


def can_run(user: User) -> bool:
    """Follow playbooks and say what came of it: everybody with an account (ADR 23)."""
    return user.is_active


def can_discard(user: User, run: PlaybookRun) -> bool:
    """Throw an open run of a playbook away: whoever began it, authors and above."""
    return can_write(user) or (user.is_active and run.started_by_id == user.pk)


def require(allowed: bool, message: str) -> None:
    """Raises PermissionDenied with a sentence for the person unless `allowed`."""
    if not allowed:
        raise PermissionDenied(message)
