"""The backups that were made, and those that failed."""

from __future__ import annotations

from datetime import UTC
from pathlib import PurePath
from typing import Self

from django.db import models
from django.db.models import Q

from core import times


class BackupKind(models.TextChoices):
    NIGHTLY = "nightly", "Nightly"
    COMMAND = "command", "By command"


class BackupRunQuerySet(models.QuerySet["BackupRun"]):
    def running(self) -> Self:
        return self.filter(ended_at=None)

    def succeeded(self) -> Self:
        return self.filter(ended_at__isnull=False, error="")

    def failed(self) -> Self:
        return self.exclude(error="")

    def newest_first(self) -> Self:
        return self.order_by("-started_at", "-pk")


class BackupRun(models.Model):
    """One attempt to make a backup. It runs until `ended_at` is set, and failed with an `error`.

    The rows are for people to look at, and for deleting old nightly files; a backup does not
    contain them.
    """

    kind = models.CharField(max_length=8, choices=BackupKind)
    started_at = models.DateTimeField(help_text="the moment whose state the backup holds")
    ended_at = models.DateTimeField(null=True, blank=True)
    path = models.TextField(help_text="of the file, on the host that wrote it")
    size = models.BigIntegerField(default=0, help_text="bytes")
    has_keys = models.BooleanField(default=False)
    warning = models.TextField(blank=True)
    error = models.TextField(blank=True)
    deleted_at = models.DateTimeField(
        null=True, blank=True, help_text="when the file was deleted as too old"
    )

    objects = BackupRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=BackupKind.values), name="backup_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"backup of {times.moment(self.started_at.astimezone(UTC))} UTC"

    @property
    def file_name(self) -> str:
        return PurePath(self.path).name

    @property
    def state(self) -> str:
        """Return “running”, “failed” or “done”."""
        if self.error:
            return "failed"
        return "done" if self.ended_at else "running"
