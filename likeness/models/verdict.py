"""Verdicts on two similar incidents."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from incidents.models import Incident


class Verdict(models.TextChoices):
    SAME = "same", "Same failure"
    DIFFERENT = "different", "Not the same"


class SimilarityVerdict(models.Model):
    """A verdict that two incidents are, or are not, the same failure. The one with the lower key
    comes first, so each pair is decided once, for both."""

    first = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=9, choices=Verdict)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"], name="similarity_verdict_of_a_pair_once"
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="similarity_verdict_in_one_order"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="similarity_verdict_verdict_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}: {self.get_verdict_display()}"
