"""Days on which nobody is reminded."""

from __future__ import annotations

from django.db import models

from accounts.models.team import Team


class Holiday(models.Model):
    """A day off: of everybody, or of the people of one team."""

    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="holidays"
    )
    on = models.DateField("day")
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["on", "team__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["on", "team"], name="one_holiday_a_day_and_team", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="holiday_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.on}"
