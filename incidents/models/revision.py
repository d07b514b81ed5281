"""Saved states of whole postmortems, and published editions."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from incidents.models.incident import Incident


class Revision(models.Model):
    """An immutable saved state of the whole postmortem, in the interchange format."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.TextField()
    summary = models.CharField("what changed", max_length=200)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    written_with = models.ManyToManyField(
        User, blank=True, related_name="+", help_text="others whose words are new in it"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="revision_numbered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.incident.reference}, revision {self.number}"


class Audience(models.TextChoices):
    INTERNAL = "internal", "Internal"
    PUBLIC = "public", "Public"


class Edition(models.Model):
    """A frozen published revision."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="editions")
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.INTERNAL)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "audience"], name="edition_published_once"),
            models.CheckConstraint(
                condition=models.Q(audience__in=Audience.values),
                name="edition_audience_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision}, {self.get_audience_display().lower()} edition"
