"""Background tasks: thin, and harmless to run twice."""

from __future__ import annotations

from django.utils import timezone

from core.tasks import retried_task
from likeness import index


@retried_task()
def read_incidents(ids: list[int]) -> None:
    """Analyze these incidents again, and refresh the feedback of their patterns."""
    index.read_incidents(ids, at=timezone.now())


@retried_task()
def read_newest_incidents() -> None:
    """Analyze the newest incidents again, by the words of a pattern that changed."""
    index.read_newest(at=timezone.now())


@retried_task()
def read_what_changed() -> None:
    """Analyze whatever no other task did: after an upgrade, or when a message was lost."""
    index.catch_up(at=timezone.now())
