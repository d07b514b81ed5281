"""Background tasks: thin, and harmless to run twice."""

from __future__ import annotations

from celery import shared_task
from django.db import InterfaceError, OperationalError, transaction

from search import index, statistics
from search.rebuild import rebuild


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, max_retries=5)
def refresh_incidents(ids: list[int]) -> None:
    """Reindex these incidents."""
    with transaction.atomic():
        used = index.refresh("incident", ids)
    index.add_words(used)


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, max_retries=5)
def keep_statistics() -> None:
    """Count the frequencies of words; if the index has doubled, rebuild it with new tiers."""
    statistics.count()
    if statistics.are_tiers_due():
        rebuild(lambda _: None)
