"""Playbook runs, step by step."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from core import times
from incidents.models.incident import Incident
from incidents.models.pattern_link import PlaybookUse
from playbooks.models import Playbook, PlaybookRevision


class PlaybookRunQuerySet(models.QuerySet["PlaybookRun"]):
    def visible_to(self, user: User | AnonymousUser) -> PlaybookRunQuerySet:
        """Return runs in incidents that `user` may see, and those not attached to an incident."""
        if not user.is_active or isinstance(user, AnonymousUser):
            return self.none()
        return self.filter(~Q(incident__in=Incident.objects.hidden_from(user)))

    def open(self) -> PlaybookRunQuerySet:
        return self.filter(finished_at=None)


class PlaybookRun(models.Model):
    """One run through a playbook, in the revision that was current when it started.

    At three in the morning there may be no incident yet: it is attached later. The outcome is the
    run's `use`, created when the run is finished.
    """

    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="runs")
    revision = models.ForeignKey(PlaybookRevision, on_delete=models.PROTECT, related_name="runs")
    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.CASCADE, related_name="playbook_runs"
    )
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    use = models.OneToOneField(
        PlaybookUse, null=True, blank=True, on_delete=models.SET_NULL, related_name="run"
    )

    objects = PlaybookRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            # Two people who start in the same incident share one run, and so does a double tap.
            models.UniqueConstraint(
                fields=["playbook", "incident"],
                condition=Q(finished_at=None, incident__isnull=False),
                name="playbook_run_open_once_in_an_incident",
            ),
            models.UniqueConstraint(
                fields=["playbook", "started_by"],
                condition=Q(finished_at=None, incident=None),
                name="playbook_run_open_once_by_a_person",
            ),
            models.CheckConstraint(
                condition=Q(use=None) | Q(finished_at__isnull=False),
                name="playbook_run_with_an_outcome_is_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.playbook}, begun {times.exact_moment(self.started_at)}"

    def get_absolute_url(self) -> str:
        return reverse("playbook_run_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.finished_at is None


class PlaybookTick(models.Model):
    """A step of a run that was done, or skipped with an optional reason."""

    run = models.ForeignKey(PlaybookRun, on_delete=models.CASCADE, related_name="ticks")
    position = models.PositiveIntegerField(help_text="The step, counted from 1.")
    is_skipped = models.BooleanField(default=False)
    reason = models.CharField("why it was skipped", max_length=200, blank=True)
    ticked_at = models.DateTimeField()
    ticked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="playbook_step_ticked_once"),
            models.CheckConstraint(
                condition=Q(reason="") | Q(is_skipped=True),
                name="playbook_tick_reason_is_for_skipping",
            ),
        ]

    def __str__(self) -> str:
        return f"Step {self.position}: {'skipped' if self.is_skipped else 'done'}"
