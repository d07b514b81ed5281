"""Times in which no messages are sent."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models import User


class SendingPauseQuerySet(models.QuerySet["SendingPause"]):
    def active(self) -> Self:
        return self.filter(ended_at=None)


class SendingPause(models.Model):
    """A pause of all reminders and messages, until an administrator ends it."""

    reason = models.CharField(max_length=300)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = SendingPauseQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ended_at"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="one_pause_of_sending_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.reason
