"""Ways of failing that recur."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse


class FailurePatternQuerySet(models.QuerySet["FailurePattern"]):
    def current(self) -> Self:
        """Return those in use: all that are not archived."""
        return self.filter(archived_at=None)


class FailurePattern(models.Model):
    """A way of failing that recurs, such as “credential expired unnoticed”."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120, unique=True)
    definition = models.TextField(help_text="One sentence: what goes wrong, in general terms.")
    recognise = models.TextField(
        "how you recognise it", blank=True, help_text="Markdown: what you see while it happens."
    )
    signals = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="Words and error messages by which it is recognised.",
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = FailurePatternQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(definition=""), name="pattern_has_a_definition"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("pattern_detail", args=[self.slug])

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None
