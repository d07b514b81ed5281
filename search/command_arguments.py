"""Arguments of management commands: the user to search as, and an incident."""

from __future__ import annotations

from django.core.management.base import CommandError

from accounts.models import Role, User
from core.text import storable
from incidents.models import Incident


def user_argument(username: str | None) -> User:
    """Return the user called `username`; without one, a user who sees what every viewer sees.

    Raises CommandError unless that user may sign in.
    """
    if username is None:
        return User(pk=0, role=Role.VIEWER, is_active=True)
    user = User.objects.filter(username=storable(username), is_active=True).first()
    if user is None:
        raise CommandError(f"No user who may sign in is called “{username}”.")
    return user


def incident_argument(reference: str, user: User) -> Incident:
    """Return the incident with this reference. Raises CommandError if `user` may not see it."""
    called = storable(reference).strip().upper()
    found = Incident.objects.visible_to(user).filter(reference=called).first()
    if found is None:
        raise CommandError(f"There is no incident “{reference}”.")
    return found
