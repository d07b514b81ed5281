"""Saved versions of the reminder policy."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User


class Assigned(models.TextChoices):
    """The notice about a newly assigned action item: none, in the next digest, or at once.

    “At once” is still within the recipient's morning.
    """

    NEVER = "never", "Never"
    DIGEST = "digest", "In the next digest"
    P0_AT_ONCE = "p0_at_once", "P0 at once"
    P1_AT_ONCE = "p1_at_once", "P0 and P1 at once"


class ReminderPolicyQuerySet(models.QuerySet["ReminderPolicy"]):
    def current(self) -> ReminderPolicy | None:
        """Return the version in force, the latest; None while nobody has changed the defaults."""
        return self.order_by("-number").first()

    def before(self, policy: ReminderPolicy) -> Self:
        return self.filter(number__lt=policy.number).order_by("-number")


class ReminderPolicy(models.Model):
    """One saved version of the reminder policy. The latest is in force, earlier ones are kept.

    Its numbers are explained where they are used, in `action_items.reminders.policy.Policy`.
    """

    number = models.PositiveIntegerField(unique=True)
    due_days_sev1 = models.PositiveSmallIntegerField()
    due_days_sev2 = models.PositiveSmallIntegerField()
    due_days = models.PositiveSmallIntegerField()
    due_soon = models.PositiveSmallIntegerField()
    overdue = ArrayField(models.PositiveSmallIntegerField(), blank=True)
    overdue_every = models.PositiveSmallIntegerField()
    lead_after = models.PositiveSmallIntegerField(null=True, blank=True)
    decision_after = models.PositiveSmallIntegerField()
    unassigned_after = models.PositiveSmallIntegerField(null=True, blank=True)
    draft_after = models.PositiveSmallIntegerField(null=True, blank=True)
    review_after = models.PositiveSmallIntegerField(null=True, blank=True)
    assigned = models.CharField(max_length=12, choices=Assigned, default=Assigned.P0_AT_ONCE)
    snooze_days = models.PositiveSmallIntegerField()
    snoozes = models.PositiveSmallIntegerField()
    weekdays = ArrayField(models.PositiveSmallIntegerField())
    hour = models.PositiveSmallIntegerField()
    weekly_on = models.PositiveSmallIntegerField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = ReminderPolicyQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name_plural = "reminder policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(overdue_every__gte=1, decision_after__gte=1),
                name="reminder_policy_ends_in_a_decision",
            ),
            models.CheckConstraint(
                condition=Q(hour__lte=23, weekly_on__range=(1, 7)),
                name="reminder_policy_has_an_hour_and_a_day",
            ),
            models.CheckConstraint(
                condition=Q(weekdays__len__gte=1, weekdays__contained_by=list(range(1, 8))),
                name="reminder_policy_has_working_days",
            ),
            models.CheckConstraint(
                condition=Q(assigned__in=Assigned.values),
                name="reminder_policy_assigned_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"reminder policy {self.number}"
