"""Remediation, step by step."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from playbooks.models.failure_pattern import FailurePattern


class Risk(models.TextChoices):
    """How much harm following the playbook can do."""

    LOW = "low", "Low risk"
    MEDIUM = "medium", "Medium risk"
    HIGH = "high", "High risk"


class Playbook(models.Model):
    """What to do when a failure pattern strikes: when to use it, ordered steps, verification."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=160, unique=True)
    patterns = models.ManyToManyField(FailurePattern, related_name="playbooks", blank=True)
    use_when = models.TextField("use when", help_text="Markdown: the symptoms that call for it.")
    risk = models.CharField(max_length=8, choices=Risk, default=Risk.LOW)
    verify = models.TextField(
        "how to verify", blank=True, help_text="Markdown: how you know it worked."
    )
    escalate = models.TextField(
        "when to escalate", blank=True, help_text="Markdown: to whom, and when."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="playbooks_owned",
    )
    last_reviewed_on = models.DateField(null=True, blank=True)
    last_reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="playbooks_reviewed",
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(risk__in=Risk.values), name="playbook_risk_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(use_when=""), name="playbook_says_when_to_use_it"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("playbook_detail", args=[self.slug])


class PlaybookStep(models.Model):
    """One thing to do: perhaps a command, what one should see, and how to undo it."""

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    title = models.CharField("what to do", max_length=200)
    detail = models.TextField(blank=True, help_text="Markdown")
    command = models.TextField(blank=True, help_text="Typed into a shell as it stands.")
    expected = models.TextField("you should see", blank=True, help_text="Markdown")
    if_not = models.TextField("if not", blank=True, help_text="Markdown")
    undo = models.TextField("how to undo", blank=True, help_text="Markdown")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["playbook", "position"],
                name="playbook_steps_are_ordered",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=~models.Q(title=""), name="step_has_a_title"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"
