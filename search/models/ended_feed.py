"""Feeds that have ended."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Self

from django.db import models

from core import times


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class EndedFeedQuerySet(models.QuerySet["EndedFeed"]):
    def for_key(self, key: str) -> Self:
        return self.filter(digest=_digest(key))

    def end(self, key: str, *, at: datetime) -> None:
        """Record that the feed with this key ended. Repeating it changes nothing."""
        self.get_or_create(digest=_digest(key), defaults={"ended_at": at})


class EndedFeed(models.Model):
    """The address of an ended feed, so that its readers are told.

    Only a digest of its key is kept, neither the search nor its owner.
    """

    digest = models.CharField(max_length=64, unique=True)
    ended_at = models.DateTimeField()

    objects = EndedFeedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"feed ended {times.day(self.ended_at)}"
