"""Causes of incidents; there is rarely just one."""

from __future__ import annotations

from django.db import models

from incidents.models.incident import Incident, Origin


class CauseRole(models.TextChoices):
    TRIGGER = "trigger", "Trigger"
    ROOT = "root", "Root cause"
    CONTRIBUTING = "contributing", "Contributing cause"


class RootCause(models.Model):
    """One cause of an incident, with its role."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="root_causes")
    position = models.PositiveIntegerField()
    role = models.CharField(max_length=12, choices=CauseRole, default=CauseRole.CONTRIBUTING)
    category = models.CharField(max_length=60, blank=True)
    text = models.TextField(help_text="Markdown")
    evidence = models.TextField(blank=True, help_text="Markdown: how we know.")
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.TEAM)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "position"],
                name="root_causes_are_ordered",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=CauseRole.values), name="root_cause_role_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(origin__in=Origin.values), name="root_cause_origin_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="root_cause_has_text"),
        ]

    def __str__(self) -> str:
        return self.text.split("\n", 1)[0][:80]
