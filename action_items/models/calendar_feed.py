"""Calendar feeds of due dates, for programs that have no session."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Team, User
from core import feeds
from incidents.models.action_item import CLOSED, ActionItem, ActionItemQuerySet

PAST = timedelta(days=90)  # for which closed items stay in a calendar
MOST = 1000  # events in one calendar


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def of(self, user: User) -> Self:
        """Return the feeds of `user`."""
        return self.filter(owner=user)


class CalendarFeed(models.Model):
    """A calendar subscription: to the owner's own action items, or to those of a team.

    `key` gives access without signing in.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="calendar_feeds")
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    key = models.CharField(max_length=64, unique=True, default=feeds.new_key, editable=False)
    created_at = models.DateTimeField()

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = [models.F("team__name").asc(nulls_first=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "team"],
                name="calendar_feed_once",
                nulls_distinct=False,
                violation_error_message="You have this calendar already.",
            )
        ]

    def __str__(self) -> str:
        return f"Action items of {self.team or self.owner}"

    @property
    def feed_url(self) -> str:
        return reverse("calendar_feed", args=[self.key])

    def items(self, today: date) -> ActionItemQuerySet:
        """Return the items of this calendar: visible to its owner now, with a due date, and open or
        due since 90 days before `today`. At most 1000, by due date.
        """
        found = ActionItem.objects.visible_to(self.owner).exclude(due_on=None)
        found = found.of_teams([self.team.pk]) if self.team else found.owned_by(self.owner)
        recent = ~Q(status__in=CLOSED) | Q(due_on__gte=today - PAST)
        shown = found.filter(recent).select_related("incident", "owner", "owner_team")
        return shown.order_by("due_on", "pk")[:MOST]
