"""Background work: thin, and harmless when it runs twice."""

from __future__ import annotations

from celery import shared_task
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from search import index, statistics
from search.rebuild import rebuild


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, max_retries=5)
def refresh_incidents(ids: list[int]) -> None:
    """Index these incidents anew."""
    with transaction.atomic():
        used = index.refresh("incident", ids)
    index.learn(used)


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, max_retries=5)
def keep_statistics() -> None:
    """Count how common the words are; where the index has doubled, decide anew which documents
    are the best of each."""
    statistics.count()
    if statistics.are_tiers_due():
        rebuild(lambda _: None)


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, max_retries=5)
def read_incidents(ids: list[int]) -> None:
    """Read anew what these incidents are known by, and what their patterns teach."""
    from search.likeness import keeping  # noqa: PLC0415 (which hands work to this module)

    keeping.read_incidents(ids, at=timezone.now())


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, max_retries=5)
def read_newest_incidents() -> None:
    """Read the newest incidents anew, by the words of a pattern that changed."""
    from search.likeness import keeping  # noqa: PLC0415 (which hands work to this module)

    keeping.read_newest(at=timezone.now())


@shared_task(autoretry_for=(OperationalError, InterfaceError), retry_backoff=2, max_retries=5)
def read_what_changed() -> None:
    """Read whatever no other task came to: after an upgrade, or when a message was lost."""
    from search.likeness import keeping  # noqa: PLC0415 (which hands work to this module)

    keeping.catch_up(at=timezone.now())
