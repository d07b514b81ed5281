"""Saved states of playbooks."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from playbooks.models.playbook import Playbook


class PlaybookRevision(models.Model):
    """An immutable saved state of a whole playbook, in the interchange format."""

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.TextField()
    summary = models.CharField("what changed", max_length=200)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["playbook", "number"], name="playbook_revision_numbered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.playbook}, revision {self.number}"
