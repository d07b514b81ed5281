"""Who looks, for queries that are put together once (see ADR 20)."""

from __future__ import annotations

from accounts.models import Role, User
from incidents.models import Incident
from incidents.models.incident import IncidentQuerySet

Eyes = tuple[bool, bool]


def eyes(user: User) -> Eyes:
    """What `visible_to` decides by, but for the person itself."""
    return user.is_active, user.is_administrator


def as_seen_by(shape: Eyes, pk: int) -> IncidentQuerySet:
    """The incidents that the person with the key `pk`, which may be a mark, may know of."""
    is_active, is_administrator = shape
    role = Role.ADMINISTRATOR if is_administrator else Role.VIEWER
    return Incident.objects.visible_to(User(pk=pk, is_active=is_active, role=role))
