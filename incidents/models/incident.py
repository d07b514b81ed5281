"""Incidents, and the one rule for who may see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from accounts.models import Team, User
from accounts.models.user import validate_time_zone
from core import times
from core.each_row import each_row
from core.prepared import among
from incidents.models.labels import Service, Tag
from incidents.models.naming import named, names


class PostmortemStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    PUBLISHED = "published", "Published"
    NOT_REQUIRED = "not_required", "Not required"


class Severity(models.TextChoices):
    """Impact, not order of work. SEV1 is the worst."""

    SEV1 = "SEV1", "SEV1"
    SEV2 = "SEV2", "SEV2"
    SEV3 = "SEV3", "SEV3"
    SEV4 = "SEV4", "SEV4"
    SEV5 = "SEV5", "SEV5"
    UNKNOWN = "unknown", "Severity not recorded"


class Environment(models.TextChoices):
    PRODUCTION = "production", "Production"
    STAGING = "staging", "Staging"
    QA = "qa", "QA / Dev"
    DEVELOPMENT = "development", "Development"
    OTHER = "other", "Other environment"
    UNKNOWN = "unknown", "Environment not recorded"


class Visibility(models.TextChoices):
    INTERNAL = "internal", "Internal: everybody who signs in"
    RESTRICTED = "restricted", "Restricted: only the people named"


class Origin(models.TextChoices):
    """The origin of a statement: the team, the imported write-up, or the editors of the seeds."""

    TEAM = "team", "Recorded by the team"
    SOURCE = "source", "Stated in the source"
    EDITORS = "editors", "Proposed by the editors"


class Precision(models.TextChoices):
    """The precision to which a moment is known."""

    MINUTE = "minute", "to the minute"
    HOUR = "hour", "to the hour"
    DAY = "day", "to the day"
    APPROXIMATE = "approximate", "approximate"
    UNKNOWN = "unknown", "time not recorded"

    def has_clock(self, local: datetime) -> bool:
        """Return True if a time of day is known; `local` is the moment in the incident's time zone.

        If only the day is known, its first moment is stored. That time of day means nothing, so no
        page and no export shows it.
        """
        if self is Precision.APPROXIMATE:
            return not times.starts_a_day(local)
        return self not in (Precision.DAY, Precision.UNKNOWN)


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the incidents that `user` may see. All access to incidents goes through here.

        Nobody sees archived ones. Restricted ones are visible to administrators, the owner, people
        with a role in the incident, and the readers and teams named on it.
        """
        if not user.is_active or isinstance(user, AnonymousUser):
            return self.none()
        return self.filter(archived_at=None).filter(self._readable_by(user))

    def visible_to_everybody(self) -> Self:
        """Return the incidents visible to every signed-in user."""
        return self.filter(archived_at=None, visibility=Visibility.INTERNAL)

    def hidden_from_some(self) -> Self:
        """Return the complement of `visible_to_everybody`."""
        return self.filter(Q(archived_at__isnull=False) | Q(visibility=Visibility.RESTRICTED))

    def seen_by_each(self, asked: Mapping[User, Collection[int]]) -> dict[int, set[int]]:
        """Return, by user key, which of the incidents requested for each user that user may see.

        The same answer as `visible_to` for each of them, in two queries for any number of users.
        """
        wanted = among("pk", list(set().union(*asked.values())))
        alive = self.filter(wanted, archived_at=None).order_by()
        rows = {pk: row for pk, *row in alive.values_list("pk", "visibility", "owner")}
        restricted = [pk for pk, (kind, _) in rows.items() if kind != Visibility.INTERNAL]
        pairs = named(restricted, [user.pk for user in asked]) if restricted else set()

        def sees(user: User, pk: int) -> bool:
            if pk not in rows or not user.is_active:
                return False
            kind, owner = rows[pk]
            is_theirs = owner == user.pk or (pk, user.pk) in pairs
            return user.is_administrator or kind == Visibility.INTERNAL or is_theirs

        return {user.pk: {pk for pk in keys if sees(user, pk)} for user, keys in asked.items()}

    def archived_for(self, user: User | AnonymousUser) -> Self:
        """Return archived incidents that `user` may restore; only administrators may."""
        if isinstance(user, AnonymousUser) or not (user.is_active and user.is_administrator):
            return self.none()
        return self.exclude(archived_at=None)

    def archived_readable_by(self, user: User | AnonymousUser) -> Self:
        """Return archived incidents that `user` could read before.

        Whoever archives one can undo it.
        """
        if not user.is_active or isinstance(user, AnonymousUser):
            return self.none()
        return self.exclude(archived_at=None).filter(self._readable_by(user))

    def hidden_from(self, user: User | AnonymousUser) -> Self:
        """Return the complement of `visible_to`.

        It is small and indexed: excluding it from a count over very many rows is cheaper than
        looking up all the others.
        """
        if not user.is_active or isinstance(user, AnonymousUser):
            return self.all()
        hidden = Q(archived_at__isnull=False)
        if not user.is_administrator:
            hidden |= Q(visibility=Visibility.RESTRICTED) & ~Q(each_row(self._concerns(user)))
        return self.filter(hidden)

    @classmethod
    def _readable_by(cls, user: User) -> Q:
        if user.is_administrator:
            return Q()
        return Q(visibility=Visibility.INTERNAL) | cls._concerns(user)

    @staticmethod
    def _concerns(user: User) -> Q:
        return Q(owner=user) | Q(names(user.pk))


# Columns that lists filter by, included in the index of each order. A selective filter is then
# answered by walking that index alone, without fetching thousands of rows.
_ASKED = ("id", "archived_at", "visibility", "owner", "status", "severity", "environment")


class Incident(models.Model):
    """Something that happened, and its postmortem.

    `occurred_at` and the other moments are copies from the timeline, kept for lists and refreshed
    by `refresh_times` whenever the timeline changes; nobody edits them. An empty `time_zone` means
    that the source did not state one: clock times are then stored as if they were UTC and shown
    without conversion.
    """

    number = models.PositiveIntegerField(unique=True, validators=[MinValueValidator(1)])
    reference = models.GeneratedField(
        expression=Concat(Value("INC-"), Cast("number", models.CharField())),
        output_field=models.CharField(max_length=16),
        db_persist=True,
        unique=True,
    )
    title = models.CharField(max_length=200)
    status = models.CharField(
        "postmortem status",
        max_length=16,
        choices=PostmortemStatus,
        default=PostmortemStatus.DRAFT,
    )
    not_required_reason = models.TextField(blank=True)
    severity = models.CharField(max_length=8, choices=Severity, default=Severity.UNKNOWN)
    environment = models.CharField(max_length=16, choices=Environment, default=Environment.UNKNOWN)
    time_zone = models.CharField(
        max_length=64, blank=True, validators=[validate_time_zone], default=""
    )
    services = models.ManyToManyField(Service, blank=True, related_name="incidents")
    tags = models.ManyToManyField(Tag, blank=True, related_name="incidents")
    visibility = models.CharField(max_length=16, choices=Visibility, default=Visibility.INTERNAL)
    readers = models.ManyToManyField(User, blank=True, related_name="+")
    reader_teams = models.ManyToManyField(Team, blank=True, related_name="+")
    owner = models.ForeignKey(
        User,
        verbose_name="postmortem owner",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="incidents_owned",
    )

    source_author = models.CharField(max_length=200, blank=True)
    source_publication = models.CharField(max_length=200, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    source_published_on = models.DateField(null=True, blank=True)

    occurred_at = models.DateTimeField(null=True, editable=False)
    occurred_precision = models.CharField(
        max_length=12, choices=Precision, default=Precision.UNKNOWN, editable=False
    )
    started_at = models.DateTimeField(null=True, editable=False)
    detected_at = models.DateTimeField(null=True, editable=False)
    declared_at = models.DateTimeField(null=True, editable=False)
    mitigated_at = models.DateTimeField(null=True, editable=False)
    recovered_at = models.DateTimeField(null=True, editable=False)
    resolved_at = models.DateTimeField(null=True, editable=False)

    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    updated_at = models.DateTimeField()
    review_asked_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    # Set while sections have words that no revision contains yet: see WritingStretch.
    writing_since = models.DateTimeField(null=True, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(
                models.F("occurred_at").desc(nulls_last=True),
                models.F("number").desc(),
                name="incident_by_date",
                include=_ASKED,
            ),
            # One index for each sort order of the incident list, so that none sorts 100,000 rows.
            models.Index(
                models.F("occurred_at").asc(nulls_last=True),
                models.F("number").asc(),
                name="incident_by_date_oldest",
                include=_ASKED,
            ),
            models.Index(
                models.F("severity").asc(),
                models.F("occurred_at").desc(nulls_last=True),
                models.F("number").desc(),
                name="incident_by_severity",
                include=_ASKED,
            ),
            models.Index(
                (models.F("resolved_at") - models.F("started_at")).desc(nulls_last=True),
                models.F("number").desc(),
                name="incident_by_time_to_resolve",
                # PostgreSQL reads an expression from an index only if the index has its columns
                # too.
                include=(*_ASKED, "started_at", "resolved_at"),
            ),
            models.Index(
                fields=["archived_at"],
                condition=Q(archived_at__isnull=False),
                name="incident_archived",
            ),
            # Finds out from the index alone whether any of many incidents was written to.
            models.Index(
                fields=["id"],
                include=["updated_at", "archived_at", "visibility"],
                name="incident_last_changes",
            ),
            # Restricted incidents are few, and are looked up by themselves.
            models.Index(
                fields=["visibility"],
                condition=Q(visibility="restricted"),
                name="incident_restricted",
            ),
            models.Index(fields=["status"]),
            models.Index(fields=["owner", "status"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="incident_number_from_1"),
            models.CheckConstraint(condition=~Q(title=""), name="incident_has_a_title"),
            models.CheckConstraint(
                condition=Q(status__in=PostmortemStatus.values), name="incident_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values), name="incident_severity_is_known"
            ),
            models.CheckConstraint(
                condition=Q(environment__in=Environment.values),
                name="incident_environment_is_known",
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values),
                name="incident_visibility_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(status=PostmortemStatus.NOT_REQUIRED) | ~Q(not_required_reason=""),
                name="incident_not_required_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status=PostmortemStatus.PUBLISHED) | Q(published_at__isnull=False),
                name="incident_published_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(occurred_at__isnull=True, occurred_precision=Precision.UNKNOWN)
                | Q(occurred_at__isnull=False) & ~Q(occurred_precision=Precision.UNKNOWN),
                name="incident_occurred_precision_fits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("incident_detail", args=[self.reference])

    @property
    def is_restricted(self) -> bool:
        return self.visibility == Visibility.RESTRICTED

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None
