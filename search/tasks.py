"""Background work: thin, and harmless when it runs twice."""

from __future__ import annotations

from celery import shared_task
from django.db import InterfaceError, OperationalError, transaction

from search import index, statistics
from search.rebuild import rebuild


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, max_retries=5)
def refresh_incidents(ids: list[int]) -> None:
    """Index these incidents anew."""
    with transaction.atomic():
        used = index.refresh("incident", ids)
    index.add_words(used)


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, max_retries=5)
def keep_statistics() -> None:
    """Count how common the words are; where the index has doubled, decide anew which documents
    are the best of each."""
    statistics.count()
    if statistics.are_tiers_due():
        rebuild(lambda _: None)
