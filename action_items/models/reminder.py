"""What has been sent to whom, which makes “once” true, and what was answered to it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from accounts.models import User
from core import times
from incidents.models.action_item import ActionItem
from incidents.models.incident import Incident
from messaging.models import Message

# The step that tells of something new, and reminds of nothing.
ASSIGNED = "assigned"
_ONE_STRETCH = timedelta(minutes=90)  # shorter than a morning, so none is missed in between
_STRETCHES = 50


class LedgerEntry(models.Model):
    """That one step of the reminder policy was taken for one action item and one recipient.

    `due_on` is the day that the step is counted from: the due date; or when the item lost its
    owner, was given to its owner, was to be looked at again, or had been put off to.
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
    """That somebody was told once of a postmortem that waits.

    `since_on` is the day that it waits from: when it was last touched, or handed in for review.
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
    """What a link in a reminder does, as it is called there."""

    CHOOSE = "choose", "Answer"
    DONE = "done", "Done"
    SNOOZE = "snooze", "Snooze"
    REDATE = "redate", "New date"
    SPLIT = "split", "Split"
    REASSIGN = "reassign", "Reassign"
    DECLINE = "wont_do", "Won’t do"
    KEEP_DECLINED = "still_not", "Still not"
    REOPEN = "reopen", "Take it up again"


class ReminderAnswer(models.Model):
    """That a link of a message was used, which works once."""

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
        """The first and the last moment of the latest stretches, the earliest first."""
        latest = self.order_by("-last_at").values_list("began_at", "last_at")[:_STRETCHES]
        return sorted(latest)

    def note(self, at: datetime) -> None:
        """Record that the reminders ran at `at`: within the stretch before, or in a new one."""
        latest = self.order_by("-last_at").first()
        if latest is not None and latest.began_at <= at <= latest.last_at:
            return
        if latest is not None and timedelta() <= at - latest.last_at <= _ONE_STRETCH:
            self.filter(pk=latest.pk, last_at__lt=at).update(last_at=at)
        else:
            self.create(began_at=at, last_at=at)


class ReminderRun(models.Model):
    """A stretch of time in which the reminders ran without a pause.

    It tells a morning in which there was nothing to say from one that an outage swallowed.
    """

    began_at = models.DateTimeField()
    last_at = models.DateTimeField()

    objects = ReminderRunQuerySet.as_manager()

    class Meta:
        ordering = ["-last_at"]

    def __str__(self) -> str:
        return f"{times.moment(self.began_at)} to {times.moment(self.last_at)}"
