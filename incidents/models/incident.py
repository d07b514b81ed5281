"""Incidents, and the one rule about who sees them."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from accounts.models import Team, User
from accounts.models.user import validate_time_zone
from incidents.models.labels import Service, Tag


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
    """Who says so: the team itself, the write-up an incident was imported from, or its editors."""

    TEAM = "team", "Recorded by the team"
    SOURCE = "source", "Stated in the source"
    EDITORS = "editors", "Proposed by the editors"


class Precision(models.TextChoices):
    """How exactly a moment is known."""

    MINUTE = "minute", "to the minute"
    HOUR = "hour", "to the hour"
    DAY = "day", "to the day"
    APPROXIMATE = "approximate", "approximate"
    UNKNOWN = "unknown", "time not recorded"


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The incidents that `user` may know of: the only door to incidents.

        Archived ones are nobody's. Restricted ones are for administrators, the owner, people with
        a role in the incident, and the readers and teams named on it.
        """
        if not user.is_active or isinstance(user, AnonymousUser):
            return self.none()
        return self.filter(archived_at=None).filter(self._readable_by(user))

    def archived_for(self, user: User | AnonymousUser) -> Self:
        """What was archived and `user`, an administrator, may bring back."""
        if isinstance(user, AnonymousUser) or not (user.is_active and user.is_administrator):
            return self.none()
        return self.exclude(archived_at=None)

    def archived_readable_by(self, user: User | AnonymousUser) -> Self:
        """Archived ones that `user` could read before: whoever archives one may undo it."""
        if not user.is_active or isinstance(user, AnonymousUser):
            return self.none()
        return self.exclude(archived_at=None).filter(self._readable_by(user))

    @staticmethod
    def _readable_by(user: User) -> Q:
        if user.is_administrator:
            return Q()
        return Q(visibility=Visibility.INTERNAL) | Q(owner=user) | Q(_names(user))


class _Names(Func):
    """Whether an incident names a user: as a reader, in a role, or through a team.

    In SQL, since every query of the product goes through here, and the same as three nested
    querysets cost more to put together than all the rest of a page.
    """

    _SQL = (
        " IN (SELECT incident_id FROM incidents_incident_readers WHERE user_id = %s"
        " UNION ALL SELECT incident_id FROM incidents_incidentrole WHERE user_id = %s"
        " UNION ALL SELECT named.incident_id FROM incidents_incident_reader_teams named"
        " JOIN accounts_team_members member ON member.team_id = named.team_id"
        " WHERE member.user_id = %s)"
    )

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **context: Any) -> tuple[str, Any]:
        incident, parameters = compiler.compile(self.source_expressions[0])
        return incident + self._SQL, (*parameters, *[self.extra["user"]] * 3)


def _names(user: User) -> _Names:
    return _Names(F("pk"), user=user.pk, output_field=models.BooleanField())


# What a list filters by stands in the index of its order, who may read included: a filter that few
# pass is then answered by walking an index alone, without fetching thousands of rows.
_ASKED = ("id", "archived_at", "visibility", "owner", "status", "severity", "environment")


class Incident(models.Model):
    """Something that happened, and its postmortem.

    `occurred_at` and the other moments here are copies of what the timeline says, kept for lists
    and refreshed by `refresh_times` whenever the timeline changes; nobody edits them. Where
    `time_zone` is empty the source did not state it: clock times are then kept as if they were
    UTC and shown without a conversion.
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
    published_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

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
            # One index for each order of the incident list: none sorts a hundred thousand rows.
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
                # An expression is only read from an index that has its columns too.
                include=(*_ASKED, "started_at", "resolved_at"),
            ),
            models.Index(
                fields=["archived_at"],
                condition=Q(archived_at__isnull=False),
                name="incident_archived",
            ),
            # What not everybody sees is little, and is looked for by itself.
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


class IncidentRole(models.Model):
    """Who did what while the incident was going on. The owner of the postmortem is on Incident."""

    class Role(models.TextChoices):
        COMMANDER = "incident_commander", "Incident commander"
        SCRIBE = "scribe", "Scribe"
        COMMUNICATIONS = "communications_lead", "Communications lead"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="roles")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="incident_roles")
    role = models.CharField(max_length=24, choices=Role)

    class Meta:
        ordering = ["role", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "user", "role"], name="incident_role_given_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user}"
