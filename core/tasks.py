"""The one policy by which background tasks are retried."""

from __future__ import annotations

from functools import partial

from celery import shared_task
from django.db import InterfaceError, OperationalError

# A restarting database is back within seconds; if not, the next tick of beat continues.
retried_task = partial(
    shared_task,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=2,  # seconds, doubled each time
    retry_backoff_max=60,
    max_retries=5,
)
