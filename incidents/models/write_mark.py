"""Marks of the latest writes, by which cached counts are invalidated."""

from __future__ import annotations

from django.db import models


class Topic(models.TextChoices):
    """The counts that a write affects.

    `FOLLOW_UP` covers writes that change follow-up numbers without changing an incident.
    """

    INCIDENTS = "incidents", "Incidents"
    FOLLOW_UP = "follow_up", "Follow-up"


class WriteMark(models.Model):
    """A random mark that each transaction leaves when it writes to a table that is counted.

    Database triggers write it, so that no code path can forget to. A transaction replaces the mark
    in a row that no other running transaction holds, or adds a row, and so never waits. The set of
    visible marks changes with each commit, whatever the order of keys. A topic has as many rows as
    transactions ever wrote to it at the same moment.
    """

    topic = models.CharField(max_length=16, choices=Topic)
    mark = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.topic} {self.mark}"
