"""Places besides e-mail that words can go to."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts.models import Team, User


class ChannelKind(models.TextChoices):
    SLACK = "slack", "Slack"
    MSTEAMS = "msteams", "Microsoft Teams"
    MATTERMOST = "mattermost", "Mattermost"
    DISCORD = "discord", "Discord"
    WEBHOOK = "webhook", "Webhook (JSON)"
    OTHER = "other", "Another service"


class ChannelQuerySet(models.QuerySet["Channel"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def manageable_by(self, person: User) -> Self:
        """Return channels that `person` may see, test and remove: their own, of teams they lead;
        for administrators, of every team."""
        if person.is_administrator:
            return self.filter(Q(user=person) | Q(team__isnull=False))
        return self.filter(Q(user=person) | Q(team__lead=person))

    def best_first(self) -> Self:
        """Sort working channels before failing ones, each oldest first. The first is used."""
        return self.order_by(F("failing_since").asc(nulls_first=True), "pk")

    def failing(self) -> Self:
        return self.active().exclude(failing_since=None)


class Channel(models.Model):
    """A chat room or webhook of one person or one team.

    Its address lets anybody write there, so it is a secret: kept encrypted, never shown again.
    """

    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="channels"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="channels"
    )
    kind = models.CharField(max_length=16, choices=ChannelKind)
    name = models.CharField(max_length=100)
    sealed_address = models.TextField(editable=False)
    hint = models.CharField(
        max_length=100, editable=False, help_text="the part of the address that may be shown"
    )
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField()
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, team__isnull=False) | Q(user__isnull=False, team=None),
                name="channel_of_a_person_or_a_team",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ChannelKind.values), name="channel_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display()})"

    @property
    def owner(self) -> User | Team | None:
        return self.user or self.team


class ChannelTrial(models.Model):
    """A record of a test message, by which their number is limited."""

    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["by", "at"], name="channel_trial_by_person")]

    def __str__(self) -> str:
        return f"test message by {self.by}"
