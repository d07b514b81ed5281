"""Background tasks: thin, and harmless to run twice."""

from __future__ import annotations

from django.db import transaction

from core.tasks import retried_task
from search import index, statistics
from search.rebuild import rebuild


@retried_task()
def refresh_incidents(ids: list[int]) -> None:
    """Reindex these incidents."""
    with transaction.atomic():
        used = index.refresh("incident", ids)
    index.add_words(used)


@retried_task()
def keep_statistics() -> None:
    """Count the frequencies of words; if the index has doubled, rebuild it with new tiers."""
    statistics.count()
    if statistics.are_tiers_due():
        rebuild(lambda _: None)
