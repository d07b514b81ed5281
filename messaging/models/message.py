"""The outbox, which is the inbox as well: what was, or is to be, said to whom."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models import Team, User
from messaging.models.channel import Channel


class Route(models.TextChoices):
    MAIL = "mail", "by e-mail"
    CHAT = "chat", "by chat"
    INBOX = "inbox", "in the inbox"


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> Self:
        """Return the messages still to be sent."""
        return self.filter(sent_at=None, dropped_at=None, failed_at=None)

    def due(self, now: datetime) -> Self:
        """Return the messages that may be sent `now`, oldest first."""
        return self.waiting().filter(not_before__lte=now).order_by("not_before", "pk")

    def delivered(self) -> Self:
        return self.exclude(sent_at=None)

    def failed(self) -> Self:
        return self.exclude(failed_at=None)

    def inbox_of(self, person: User) -> Self:
        """Return messages sent to `person`, or given up because mail failed, newest first."""
        arrived = Q(sent_at__isnull=False) | Q(failed_at__isnull=False, route=Route.MAIL)
        return self.filter(arrived, recipient=person).order_by("-written_at", "-pk")

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Message(models.Model):
    """Something to say to a person or a team: written before it is sent, kept after.

    It names what it is about by keys. Its words are put together when it is sent, and again when
    it is read in the inbox, so that they say what is true then and what its reader may see then.
    Its subject alone is kept, for the list of the inbox.
    Its `message_id` is fixed when it is written, so that a mail sent again after a crash is
    recognised as the same one by whoever receives it.
    """

    key = models.CharField(max_length=200, unique=True, help_text="identifies the message; unique")
    topic = models.CharField(max_length=32)
    about = models.JSONField(default=dict, blank=True, help_text="primary keys, never text")
    recipient = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="messages"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="messages"
    )
    route = models.CharField(max_length=8, choices=Route)
    channel = models.ForeignKey(
        Channel, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    message_id = models.CharField(max_length=200, unique=True)
    thread = models.CharField(
        max_length=200, help_text="one for all messages of a topic to one recipient"
    )
    day = models.DateField(help_text="in the recipient's time zone")
    written_at = models.DateTimeField()
    not_before = models.DateTimeField(help_text="when it may be sent, or tried again")
    subject = models.CharField(
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text="as it was sent: counts and names, no titles",
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(
        null=True, blank=True, help_text="when it was dropped because nothing was left to report"
    )
    failed_at = models.DateTimeField(null=True, blank=True, help_text="when it was given up")
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    channel_tries = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        editable=False,
        help_text="how often each channel failed to take it, by the channel’s key",
    )
    read_at = models.DateTimeField(null=True, blank=True)
    instead_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="substitutes"
    )
    requested_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="who requested that it be sent again",
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-pk"]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(sent_at=None, dropped_at=None, failed_at=None),
                name="message_waiting",
            ),
            models.Index(fields=["recipient", "-written_at", "-id"], name="message_inbox"),
            models.Index(
                fields=["recipient", "thread"], condition=Q(read_at=None), name="message_unread"
            ),
            models.Index(fields=["-written_at", "-id"], name="message_newest"),
            models.Index(
                fields=["-written_at", "-id"],
                condition=Q(failed_at__isnull=False),
                name="message_failed",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient=None, team__isnull=False)
                | Q(recipient__isnull=False, team=None),
                name="message_to_a_person_or_a_team",
            ),
            models.CheckConstraint(
                condition=Q(route__in=Route.values), name="message_route_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} of {self.day} for {self.recipient or self.team}"

    @property
    def state(self) -> str:
        """Return “sent”, “dropped”, “failed” or “waiting”."""
        ends = {"sent": self.sent_at, "dropped": self.dropped_at, "failed": self.failed_at}
        return next((state for state, at in ends.items() if at), "waiting")

    @property
    def original(self) -> Message:
        """The message that this one stands for, whose channel failed or that was asked for
        again; else the message itself. What others keep about a message is kept about this."""
        return self.instead_of or self

    def tries_of(self, channel: Channel) -> int:
        """Return how often `channel` failed to take this message."""
        return int(self.channel_tries.get(str(channel.pk), 0))

    def count_try(self, channel: Channel) -> None:
        """Count another failure of `channel`; the caller saves it."""
        self.channel_tries = self.channel_tries | {str(channel.pk): self.tries_of(channel) + 1}
