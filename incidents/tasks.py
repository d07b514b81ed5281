"""Background tasks: thin, and safe to run twice."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from core.tasks import retried_task
from incidents.operations import labels


@retried_task()
def keep_new_names(incidents: list[int], by: int, at: str) -> None:
    """Record a revision of these incidents after a service or tag was renamed."""
    person, moment = User.objects.get(pk=by), datetime.fromisoformat(at)
    labels.keep_new_names(incidents, by=person, at=moment)
