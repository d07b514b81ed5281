"""Answers to “Did the fix hold?”, asked when a failure comes back."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import User
from incidents.models.action_item import ActionItem
from incidents.models.incident import Incident


class FixAnswer(models.TextChoices):
    HELD = "held", "It held"
    DID_NOT_HOLD = "did_not_hold", "It did not hold"


class FixCheckQuerySet(models.QuerySet["FixCheck"]):
    def visible_to(self, user: User | AnonymousUser) -> FixCheckQuerySet:
        """Return answers of which `user` may see both incidents: each reveals the other."""
        visible = Incident.objects.visible_to(user)
        return self.filter(incident__in=visible, action_item__incident__in=visible)

    def failed(self) -> FixCheckQuerySet:
        return self.filter(answer=FixAnswer.DID_NOT_HOLD)


class FixCheck(models.Model):
    """An answer: a fix completed before `incident` held, or did not, when the failure came back in
    it.

    `done_at` and `evidence` are copied from the action item when the answer is given, because
    reopening the item clears them there.
    """

    action_item = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="fix_checks")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="fix_checks")
    answer = models.CharField(max_length=12, choices=FixAnswer)
    note = models.TextField(blank=True, help_text="Markdown")
    done_at = models.DateTimeField()
    evidence = models.TextField(help_text="Markdown: what showed that it was done.")
    reopened = models.BooleanField(default=False)
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = FixCheckQuerySet.as_manager()

    class Meta:
        ordering = ["answered_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action_item", "incident"],
                name="fix_checked_once_in_an_incident",
                violation_error_message="Somebody has answered already.",
            ),
            models.CheckConstraint(
                condition=Q(answer__in=FixAnswer.values), name="fix_check_answer_is_known"
            ),
            models.CheckConstraint(
                condition=Q(reopened=False) | Q(answer="did_not_hold"),
                name="fix_check_reopens_what_did_not_hold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_item}, {self.incident.reference}: {self.get_answer_display()}"
