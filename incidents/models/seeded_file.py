"""Seed files that have been loaded."""

from __future__ import annotations

from django.db import models


class SeededFile(models.Model):
    """A seed file that was loaded, and the row that it became.

    It keeps a second seeding from overwriting later edits and from restoring what people removed.
    """

    name = models.CharField(max_length=200, unique=True, help_text="path within the seeds")
    digest = models.CharField(max_length=64, help_text="of the file when it was loaded")
    became = models.CharField(max_length=80, help_text="reference or slug")
    state = models.PositiveIntegerField(
        null=True, help_text="revision or version it then had; empty where it was left alone"
    )
    seeded_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
