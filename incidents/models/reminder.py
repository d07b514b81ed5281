"""What has been sent to whom: the ledger that makes “once” true."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from incidents.models.action_item import ActionItem


class Digest(models.Model):
    """One person's reminder mail of one day: written before it is sent, kept after.

    Its `message_id` is fixed when it is written, so that a mail sent again after a crash is
    recognised as the same one by whoever receives it.
    """

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="digests")
    day = models.DateField(help_text="in the recipient's time zone")
    message_id = models.CharField(max_length=200, unique=True)
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(
        null=True, blank=True, help_text="when nothing in it was left to say"
    )
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ["-day", "recipient"]
        indexes = [
            models.Index(
                fields=["written_at"],
                condition=Q(sent_at=None, dropped_at=None),
                name="digest_unsent",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "day"], name="one_digest_a_day"),
        ]

    def __str__(self) -> str:
        return f"digest of {self.day} for {self.recipient}"


class LedgerEntry(models.Model):
    """That one step of the reminder policy was taken for one action item and one recipient."""

    action_item = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="reminders")
    step = models.CharField(max_length=24)
    due_on = models.DateField()
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="entries")

    class Meta:
        verbose_name_plural = "ledger entries"
        ordering = ["digest", "due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action_item", "step", "due_on", "recipient"],
                name="each_reminder_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} of “{self.action_item}” to {self.recipient}"
