"""The timeline, the source of every time and metric."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from incidents.models.incident import Incident, Precision


class Milestone(models.TextChoices):
    STARTED = "started", "Started"
    DETECTED = "detected", "Detected"
    DECLARED = "declared", "Declared"
    MITIGATED = "mitigated", "Mitigated"
    RECOVERED = "recovered", "Recovered"
    RESOLVED = "resolved", "Resolved"


class EventKind(models.TextChoices):
    OBSERVATION = "observation", "Observation"
    HYPOTHESIS = "hypothesis", "Hypothesis"
    ACTION = "action", "Action"
    COMMUNICATION = "communication", "Communication"
    DECISION = "decision", "Decision"


class TimelineEvent(models.Model):
    """Something that happened during an incident, at one moment or over a range of time.

    `occurred_at` is None exactly when `precision` is unknown; such an event keeps its place by
    `position`. `as_written` is the time in the source's own words.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="timeline")
    position = models.PositiveIntegerField()
    occurred_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    precision = models.CharField(max_length=12, choices=Precision, default=Precision.MINUTE)
    as_written = models.CharField("time as written", max_length=120, blank=True)
    milestone = models.CharField(max_length=12, choices=Milestone, blank=True)
    kind = models.CharField(max_length=16, choices=EventKind, default=EventKind.OBSERVATION)
    text = models.TextField(help_text="Markdown")
    evidence_url = models.URLField("evidence", max_length=500, blank=True)
    starred = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    author = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "milestone"],
                condition=~Q(milestone=""),
                name="one_event_per_milestone",
                violation_error_message="Another event already carries this milestone.",
            ),
            models.UniqueConstraint(
                fields=["incident", "position"],
                name="timeline_is_ordered",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(precision__in=Precision.values), name="event_precision_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="event_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(milestone="") | Q(milestone__in=Milestone.values),
                name="event_milestone_is_known",
            ),
            models.CheckConstraint(
                condition=Q(occurred_at__isnull=True, precision=Precision.UNKNOWN)
                | Q(occurred_at__isnull=False) & ~Q(precision=Precision.UNKNOWN),
                name="event_precision_fits",
                violation_error_message=(
                    "Enter a time, or choose “time not recorded” as its precision."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("occurred_at")),
                name="event_ends_after_it_starts",
                violation_error_message="The event ends before it starts.",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="event_has_text"),
        ]

    def __str__(self) -> str:
        return self.text.split("\n", 1)[0][:80]
