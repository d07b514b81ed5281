"""Sections of a postmortem, with all their versions."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from incidents.models.incident import Incident


class SectionKind(models.TextChoices):
    SUMMARY = "summary", "Summary"
    IMPACT = "impact", "Impact"
    TRIGGER = "trigger", "Trigger"
    DETECTION = "detection", "Detection"
    RESPONSE = "response", "Response"
    RECOVERY = "recovery", "Recovery"
    WENT_WELL = "went_well", "What went well"
    WENT_WRONG = "went_wrong", "What went wrong"
    LUCKY = "lucky", "Where we got lucky"
    LESSONS = "lessons", "Lessons"
    SUPPORTING = "supporting", "Supporting information"
    OTHER = "other", "Other"


class Section(models.Model):
    """A Markdown part of the postmortem; `title` is its heading as readers see it."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="sections")
    kind = models.CharField(max_length=12, choices=SectionKind, default=SectionKind.OTHER)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    position = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=SectionKind.values), name="section_kind_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(title=""), name="section_has_a_title"),
            models.UniqueConstraint(
                fields=["incident", "position"],
                name="sections_are_ordered",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SectionVersion(models.Model):
    """The text of a section at one time. Never changed.

    `is_passing` marks a text that was saved while somebody was still writing. It serves as the base
    of merges for an hour; all others stay as long as the section exists.
    """

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_passing = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["section", "version"], name="section_version_saved_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["saved_at"],
                condition=models.Q(is_passing=True),
                name="section_version_passing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"
