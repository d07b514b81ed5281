"""Visibility by viewer, for queries that are prepared once (see ADR 20)."""

from __future__ import annotations

from accounts.models import Role, User
from incidents.models import Incident
from incidents.models.incident import IncidentQuerySet

ViewerShape = tuple[bool, bool]


def viewer_shape(user: User) -> ViewerShape:
    """Return everything that `visible_to` depends on, except the person."""
    return user.is_active, user.is_administrator


def visible_incidents(shape: ViewerShape, pk: int) -> IncidentQuerySet:
    """Return the incidents visible to the person with the key `pk`, which may be a placeholder."""
    is_active, is_administrator = shape
    role = Role.ADMINISTRATOR if is_administrator else Role.VIEWER
    return Incident.objects.visible_to(User(pk=pk, is_active=is_active, role=role))
