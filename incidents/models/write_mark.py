"""Marks of what was written last, for keeping counts as long as they are right."""

from __future__ import annotations

from django.db import models


class Topic(models.TextChoices):
    """`FOLLOW_UP` is what changes the numbers of follow-up without a change of an incident."""

    INCIDENTS = "incidents", "Incidents"
    FOLLOW_UP = "follow_up", "Follow-up"


class WriteMark(models.Model):
    """A random mark that a transaction leaves when it writes to a table that counts are made of.

    Triggers in the database leave it (migration 0021), so that no write can forget to. A
    transaction replaces the mark of a row that no other running transaction has taken, or adds a
    row, and so waits for nobody. The marks that can be read change with each commit, in whatever
    order keys were given out. A topic has as many rows as transactions ever wrote to it at the
    same moment.
    """

    topic = models.CharField(max_length=16, choices=Topic)
    mark = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.topic} {self.mark}"
