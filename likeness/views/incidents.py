"""The incident of a page."""

from __future__ import annotations

from django.http import Http404

from accounts.models import User
from core.prepared import Prepared
from incidents.models import Incident
from likeness.visibility import viewer_shape, visible_incidents

_called = Prepared(
    lambda shape, user, reference: visible_incidents(shape, user).filter(reference=reference)
)


def visible_incident(user: User, reference: str) -> Incident:
    """Return the incident with this reference. Raises Http404 if `user` may not see it."""
    found = _called(viewer_shape(user), user.pk, reference) if user.is_active else []
    if not found:
        raise Http404("No incident with this reference.")
    return found[0]
