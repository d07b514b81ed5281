"""Teams: groups of people who own action items and services together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from accounts.models.user import User


class Team(models.Model):
    """Some people under one name. Reminders about a team's action items go to its lead, if any."""

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="teams_led",
    )
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="teams")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def answerable(self) -> list[User]:
        """Return who is responsible for the team's items: its active lead, else active members."""
        if self.lead is not None and self.lead.is_active:
            return [self.lead]
        return list(self.members.filter(is_active=True))
