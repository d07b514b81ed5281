"""Roles of people during an incident."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from incidents.models.incident import Incident


class IncidentRole(models.Model):
    """A role that a person had during the incident. The postmortem's owner is on Incident."""

    class Role(models.TextChoices):
        COMMANDER = "incident_commander", "Incident commander"
        SCRIBE = "scribe", "Scribe"
        COMMUNICATIONS = "communications_lead", "Communications lead"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="roles")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="incident_roles")
    role = models.CharField(max_length=24, choices=Role)

    class Meta:
        ordering = ["role", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "user", "role"], name="incident_role_given_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user}"
