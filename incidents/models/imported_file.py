"""Imported files, and the incidents that they became."""

from __future__ import annotations

from django.db import models

from incidents.models.incident import Incident


class ImportedFile(models.Model):
    """An imported file, and the incident that it became.

    Importing recognises an incident by the place of its file, not by its title. `key` identifies
    the place: see `incidents.operations.importing.source`.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="imported_files")
    key = models.CharField(max_length=100, unique=True, help_text="identifies source and path")
    source = models.CharField(
        max_length=200, blank=True, help_text="what was imported; empty for files of this machine"
    )
    path = models.TextField(help_text="of the file, within the source")
    content = models.CharField(
        max_length=64, blank=True, db_index=True, help_text="digest of the file’s content"
    )
    stated_number = models.PositiveIntegerField(
        null=True, blank=True, help_text="of the reference in the file, if it had one"
    )
    revision = models.PositiveIntegerField(help_text="number of the revision that it led to")
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ["source", "path"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(key="") & ~models.Q(path=""), name="imported_file_has_a_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.path}" if self.source else self.path
