"""Background work: thin, and harmless when it runs twice."""

from __future__ import annotations

from celery import shared_task
from django.db import InterfaceError, OperationalError, transaction

from search import index


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, max_retries=5)
def refresh_incidents(ids: list[int]) -> None:
    """Index these incidents anew."""
    with transaction.atomic():
        index.refresh("incident", ids)
