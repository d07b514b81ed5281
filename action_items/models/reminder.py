"""The ledger of sent reminders, which prevents duplicates, and the answers to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from accounts.models import User
from core import times
from incidents.models.action_item import ActionItem
from incidents.models.incident import Incident
from messaging.models import Message

_ONE_STRETCH = timedelta(minutes=90)  # less than a morning, so none is missed
_STRETCHES = 50


class LedgerEntry(models.Model):
    """A record that one step of the reminder policy was taken for one action item and one
    recipient.

    `due_on` is the day from which the step counts: the due date; or the day on which the item lost
    its owner, was assigned, was due for re-review, or until which it was snoozed.
    """

    action_item = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="reminders")
    step = models.CharField(max_length=24)
    due_on = models.DateField()
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="entries")

    class Meta:
        verbose_name_plural = "ledger entries"
        ordering = ["message", "due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action_item", "step", "due_on", "recipient"],
                name="each_reminder_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} of “{self.action_item}” to {self.recipient}"


class PostmortemReminder(models.Model):
    """A record that somebody was reminded once of a waiting postmortem.

    `since_on` is the day from which it waits: its last change, or the request for review.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="reminders")
    step = models.CharField(max_length=24)
    since_on = models.DateField()
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="postmortems")

    class Meta:
        ordering = ["message", "since_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "step", "since_on", "recipient"],
                name="each_postmortem_reminder_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.incident} to {self.recipient}"


class Answer(models.TextChoices):
    """The action behind a link in a reminder, with its label there."""

    CHOOSE = "choose", "Answer"
    DONE = "done", "Done"
    SNOOZE = "snooze", "Snooze"
    REDATE = "redate", "New date"
    SPLIT = "split", "Split"
    REASSIGN = "reassign", "Reassign"
    DECLINE = "wont_do", "Won’t do"
    KEEP_DECLINED = "still_not", "Still won’t do"
    REOPEN = "reopen", "Reopen"


class ReminderAnswer(models.Model):
    """A record that a link in a message was used. Each link works once."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    action_item = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="+")
    answer = models.CharField(max_length=12, choices=Answer)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "action_item", "answer"], name="each_link_once"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=Answer.values), name="reminder_answer_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_answer_display()}: “{self.action_item}”"


class ReminderRunQuerySet(models.QuerySet["ReminderRun"]):
    def spans(self) -> list[tuple[datetime, datetime]]:
        """Return the first and last moment of the latest runs without a pause, in order of time."""
        latest = self.order_by("-last_at").values_list("began_at", "last_at")[:_STRETCHES]
        return sorted(latest)

    def note(self, at: datetime) -> None:
        """Record that the reminders ran at `at`: extend the latest stretch, or begin a new one."""
        latest = self.order_by("-last_at").first()
        if latest is not None and latest.began_at <= at <= latest.last_at:
            return
        if latest is not None and timedelta() <= at - latest.last_at <= _ONE_STRETCH:
            self.filter(pk=latest.pk, last_at__lt=at).update(last_at=at)
        else:
            self.create(began_at=at, last_at=at)


class ReminderRun(models.Model):
    """A stretch of time in which the reminders ran without a pause.

    It distinguishes a morning with nothing to send from one lost to an outage.
    """

    began_at = models.DateTimeField()
    last_at = models.DateTimeField()

    objects = ReminderRunQuerySet.as_manager()

    class Meta:
        ordering = ["-last_at"]

    def __str__(self) -> str:
        return f"{times.moment(self.began_at)} to {times.moment(self.last_at)}"
