"""Action items: the work that a postmortem asks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse

from accounts.models import Team, User
from incidents.models.incident import Incident, Origin


class ActionItemKind(models.TextChoices):
    PREVENT = "prevent", "Prevent"
    DETECT = "detect", "Detect"
    MITIGATE = "mitigate", "Mitigate"
    REPAIR = "repair", "Repair"
    PROCESS = "process", "Process"
    INVESTIGATE = "investigate", "Investigate"
    OTHER = "other", "Other"


class Priority(models.TextChoices):
    """Order of work, not impact. P0 comes first."""

    P0 = "P0", "P0"
    P1 = "P1", "P1"
    P2 = "P2", "P2"
    P3 = "P3", "P3"


class Size(models.TextChoices):
    SMALL = "S", "Small: a day or less"
    MEDIUM = "M", "Medium: up to a week"
    LARGE = "L", "Large: more than a week"


class ActionItemStatus(models.TextChoices):
    OPEN = "open", "Open"
    IN_PROGRESS = "in_progress", "In progress"
    BLOCKED = "blocked", "Blocked"
    DONE = "done", "Done"
    WONT_DO = "wont_do", "Won’t do"


CLOSED = (ActionItemStatus.DONE, ActionItemStatus.WONT_DO)


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the action items of the incidents that `user` may see."""
        return self.filter(incident__in=Incident.objects.visible_to(user))

    def open(self) -> Self:
        return self.exclude(status__in=CLOSED)

    def overdue(self, today: date) -> Self:
        return self.open().filter(due_on__lt=today)

    def snoozed(self, today: date) -> Self:
        """Return open items whose reminders are postponed beyond `today`."""
        return self.open().filter(snoozed_until__gt=today)

    def to_re_review(self, today: date) -> Self:
        """Return declined items whose accepted risk is due for another review by `today`."""
        return self.filter(status=ActionItemStatus.WONT_DO, re_review_on__lte=today)

    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def owned_by_teams_of(self, user: User) -> Self:
        """Return items of the teams that `user` is in or leads, of the members of those teams, and
        of `user`.
        """
        teams = Team.objects.filter(Q(members=user) | Q(lead=user))
        return self.of_teams(teams.values_list("pk", flat=True), and_of=[user.pk])

    def of_teams(self, teams: Iterable[int], *, and_of: Iterable[int] = ()) -> Self:
        """Return items owned by these teams (primary keys), by their members, or by the people
        `and_of`.

        The members are looked up first: with a list of keys PostgreSQL uses the index on owners.
        """
        teams = list(teams)
        people = [*User.objects.filter(teams__in=teams).values_list("pk", flat=True), *and_of]
        return self.filter(Q(owner_team__in=teams) | Q(owner__in=people))


class ActionItem(models.Model):
    """A task that follows from a postmortem, with one owner and one due date.

    The owner is a user or a team. `owner_as_written` keeps the name that a source gives for an
    owner without an account here; nobody is reminded through it. An owner that came with a file has
    no `given_by`. An item may be part of another item of the same incident, one level deep. Items
    closed before the app asked for them have no `verified_by`, `accepted_risk` or `re_review_on`.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="action_items")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    detail = models.TextField(blank=True, help_text="Markdown")
    kind = models.CharField(max_length=12, choices=ActionItemKind, default=ActionItemKind.OTHER)
    priority = models.CharField(max_length=2, choices=Priority, default=Priority.P2)
    size = models.CharField(max_length=1, choices=Size, blank=True)
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="action_items"
    )
    owner_team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="action_items"
    )
    owner_as_written = models.CharField(max_length=200, blank=True)
    given_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody gave it to the owner that it has now."
    )
    given_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="parts"
    )
    due_on = models.DateField("due", null=True, blank=True)
    due_reason = models.CharField(
        max_length=300, blank=True, help_text="Why it is due later than its severity allows."
    )
    snoozed_until = models.DateField(null=True, blank=True)
    snooze_count = models.PositiveSmallIntegerField(
        default=0, help_text="How often in a row, since it was last moved on."
    )
    status = models.CharField(
        max_length=12, choices=ActionItemStatus, default=ActionItemStatus.OPEN
    )
    tracker_url = models.URLField("link to your tracker", max_length=500, blank=True)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.TEAM)
    closing_note = models.TextField(
        blank=True, help_text="Done: the evidence. Won’t do: the reason."
    )
    evidence_url = models.URLField("link to the evidence", max_length=500, blank=True)
    verified_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    accepted_risk = models.TextField(blank=True, help_text="Markdown")
    re_review_on = models.DateField(
        null=True, blank=True, help_text="When the accepted risk is looked at again."
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        indexes = [
            models.Index(
                fields=["owner", "due_on"],
                condition=~Q(status__in=["done", "wont_do"]),
                name="action_item_open_by_owner",
            ),
            models.Index(
                fields=["due_on"],
                condition=~Q(status__in=["done", "wont_do"]),
                name="action_item_open_by_due",
            ),
            models.Index(
                fields=["priority", "due_on", "id"],
                condition=~Q(status__in=["done", "wont_do"]),
                name="action_item_open_by_priority",
            ),
            models.Index(
                models.F("closed_at").desc(),
                models.F("id").desc(),
                condition=Q(status__in=["done", "wont_do"]),
                name="action_item_by_closing",
            ),
            # For the columns of the board, and lists of one status.
            models.Index(
                fields=["status", "due_on", "priority", "id"], name="action_item_by_status"
            ),
            models.Index(
                models.F("status"),
                models.F("closed_at").desc(),
                models.F("id").desc(),
                condition=Q(status__in=["done", "wont_do"]),
                name="action_item_closed_by_status",
            ),
            models.Index(fields=["due_on", "priority", "id"], name="action_item_by_due"),
            # Follow-up counts by whole blocks of incidents, from an index alone.
            models.Index(
                fields=["incident"],
                condition=~Q(status__in=["done", "wont_do"]),
                include=["owner", "owner_team", "due_on", "created_at"],
                name="action_item_open_by_incident",
            ),
            models.Index(
                fields=["incident"],
                condition=Q(status__in=["done", "wont_do"]),
                include=["status", "closed_at", "due_on"],
                name="action_item_closed_by_incident",
            ),
            models.Index(
                fields=["snoozed_until"],
                condition=Q(snoozed_until__isnull=False),
                name="action_item_snoozed",
            ),
            GinIndex(
                OpClass(Upper("title"), name="gin_trgm_ops"), name="action_item_title_trigrams"
            ),
            models.Index(
                fields=["re_review_on"],
                condition=Q(status="wont_do", re_review_on__isnull=False),
                name="action_item_to_re_review",
            ),
            models.Index(
                fields=["given_at"],
                condition=~Q(status__in=["done", "wont_do"]) & Q(given_at__isnull=False),
                name="action_item_given",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "position"],
                name="action_items_are_ordered",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=~Q(title=""), name="action_item_has_a_title"),
            models.CheckConstraint(
                condition=Q(kind__in=ActionItemKind.values), name="action_item_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(priority__in=Priority.values), name="action_item_priority_is_known"
            ),
            models.CheckConstraint(
                condition=Q(size="") | Q(size__in=Size.values), name="action_item_size_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ActionItemStatus.values),
                name="action_item_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=Origin.values), name="action_item_origin_is_known"
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(owner_team__isnull=True),
                name="action_item_has_one_owner",
                violation_error_message="The owner is a person or a team, not both.",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["done", "wont_do"])
                | ~Q(closing_note="")
                | Q(status="done") & ~Q(evidence_url=""),
                name="action_item_closed_with_a_note",
                violation_error_message="Enter evidence that it is done, or why it will not be.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["done", "wont_do"], closed_at__isnull=False)
                | ~Q(status__in=["done", "wont_do"]) & Q(closed_at__isnull=True),
                name="action_item_closed_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")),
                name="action_item_is_no_part_of_itself",
            ),
            models.CheckConstraint(
                condition=Q(status="done") | Q(evidence_url="", verified_by__isnull=True),
                name="action_item_evidence_goes_with_done",
            ),
            models.CheckConstraint(
                condition=Q(status="wont_do") | Q(accepted_risk="", re_review_on__isnull=True),
                name="action_item_risk_goes_with_wont_do",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("action_item_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status not in CLOSED

    @property
    def evidence(self) -> str:
        """The note that closed the item, followed by the link if there is one; Markdown."""
        link = f"<{self.evidence_url}>" if self.evidence_url else ""
        return "\n\n".join(part for part in (self.closing_note, link) if part)

    def days_overdue(self, today: date) -> int:
        """Return the days since the due date of an open item; 0 if it is not overdue."""
        if not self.is_open or self.due_on is None:
            return 0
        return max((today - self.due_on).days, 0)
