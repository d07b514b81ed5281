"""Remediation, step by step."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse

from core.seen_version import version_of
from playbooks.models.failure_pattern import FailurePattern


class Risk(models.TextChoices):
    """The harm that following the playbook can do."""

    LOW = "low", "Low risk"
    MEDIUM = "medium", "Medium risk"
    HIGH = "high", "High risk"


REVIEW_EVERY = timedelta(days=180)  # where a playbook does not say by when to read it again


class PlaybookQuerySet(models.QuerySet["Playbook"]):
    def current(self) -> Self:
        """Return those in use: all that are not archived."""
        return self.filter(archived_at=None)

    def saying(self, typed: str) -> Self:
        """Filter by every word of `typed`, also within words, in title, symptoms or patterns."""
        found = self
        for word in typed.split():
            of_pattern = Playbook.objects.filter(patterns__name__icontains=word)
            found = found.filter(
                Q(title__icontains=word)
                | Q(use_when__icontains=word)
                | Q(pk__in=of_pattern.order_by().values("pk"))
            )
        return found

    def with_review_due(self) -> Self:
        """Annotated with `due_on`: the same day as `Playbook.review_due_on`."""
        since = Coalesce(F("last_reviewed_on"), Cast("created_at", models.DateField()))
        standard = Cast(
            models.ExpressionWrapper(since + REVIEW_EVERY, models.DateTimeField()),
            models.DateField(),
        )
        return self.annotate(due_on=Coalesce(F("review_by_on"), standard))

    def by_review(self) -> Self:
        """Sort by the date of the next review, earliest first."""
        return self.with_review_due().order_by("due_on", "title")

    def to_review(self, today: date) -> Self:
        """Return those in use that are due for review: doubted, or not confirmed for too long."""
        return self.current().with_review_due().filter(Q(due_on__lte=today) | ~Q(doubt=""))


class Playbook(models.Model):
    """Instructions for a failure pattern: when to use it, ordered steps, verification."""

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
    review_by_on = models.DateField(
        "review by",
        null=True,
        blank=True,
        help_text="Empty: 180 days after it was last confirmed.",
    )
    doubt = models.TextField(blank=True, help_text="Markdown: what is outdated.")
    doubted_at = models.DateTimeField(null=True, blank=True)
    doubted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = PlaybookQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(doubt="", doubted_at=None) | (~Q(doubt="") & ~Q(doubted_at=None)),
                name="playbook_doubt_is_dated",
            ),
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

    @property
    def doubt_version(self) -> int:
        """A number that changes when somebody doubts the playbook, or the doubt ends."""
        return version_of(self.doubt, self.doubted_at.timestamp() if self.doubted_at else None)

    @property
    def seen_version(self) -> int:
        """A number that changes with what the playbook says and with doubts about it."""
        return version_of(self.version, self.doubt_version)

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def review_due_on(self) -> date:
        """The day from which it is asked whether the playbook is still correct."""
        if self.review_by_on:
            return self.review_by_on
        return (self.last_reviewed_on or self.created_at.date()) + REVIEW_EVERY


class PlaybookStep(models.Model):
    """A step of a playbook: an optional command, the expected result, and how to undo it."""

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    title = models.CharField("what to do", max_length=200)
    detail = models.TextField(blank=True, help_text="Markdown")
    command = models.TextField(blank=True, help_text="A shell command, exactly as it is run.")
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
