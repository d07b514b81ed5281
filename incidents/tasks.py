"""Background tasks: thin, and safe to run twice."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from celery import shared_task
from django.db import InterfaceError, OperationalError

from accounts.models import User
from incidents.operations import labels

# A restarting database is back within seconds; if not, the next tick continues.
_retried = partial(
    shared_task,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=2,
    retry_backoff_max=60,
    max_retries=5,
)


@_retried()
def keep_new_names(incidents: list[int], by: int, at: str) -> None:
    """Record a revision of these incidents after a service or tag was renamed."""
    person, moment = User.objects.get(pk=by), datetime.fromisoformat(at)
    labels.keep_new_names(incidents, by=person, at=moment)
