"""Feeds that are no more."""

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
        """Remember that the feed with this key ended. Again changes nothing."""
        self.get_or_create(digest=_digest(key), defaults={"ended_at": at})


class EndedFeed(models.Model):
    """The address of a feed that ended, so that its readers are told so.

    Only a digest of its key is kept, neither what was searched for nor by whom.
    """

    digest = models.CharField(max_length=64, unique=True)
    ended_at = models.DateTimeField()

    objects = EndedFeedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"feed that ended {times.day(self.ended_at)}"
