"""Links from incidents to failure patterns, and uses of playbooks."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import User
from core.seen_version import version_of
from incidents.models.incident import Incident, Origin
from playbooks.models import FailurePattern, Playbook


class LinkState(models.TextChoices):
    SUGGESTED = "suggested", "Suggested"
    CONFIRMED = "confirmed", "Confirmed"
    DISMISSED = "dismissed", "Dismissed"


class PatternLinkQuerySet(models.QuerySet["PatternLink"]):
    def visible_to(self, user: User | AnonymousUser) -> PatternLinkQuerySet:
        return self.filter(incident__in=Incident.objects.visible_to(user))

    def confirmed(self) -> PatternLinkQuerySet:
        return self.filter(state=LinkState.CONFIRMED)


class PatternLink(models.Model):
    """A decision that an incident is, may be, or is not an instance of a pattern; and why."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="pattern_links")
    pattern = models.ForeignKey(
        FailurePattern, on_delete=models.CASCADE, related_name="incident_links"
    )
    state = models.CharField(max_length=12, choices=LinkState, default=LinkState.CONFIRMED)
    evidence = models.TextField(blank=True, help_text="Markdown: what in the incident shows it.")
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.TEAM)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PatternLinkQuerySet.as_manager()

    class Meta:
        ordering = ["pattern__name"]
        indexes = [
            # For the neighbours of an incident within its pattern, without reading the whole
            # pattern.
            models.Index(fields=["pattern", "incident"], name="pattern_link_neighbours"),
            # For the incidents of a pattern, from the index alone.
            models.Index(
                fields=["pattern", "incident"],
                condition=Q(state="confirmed"),
                name="pattern_link_confirmed",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "pattern"],
                name="incident_linked_to_pattern_once",
                violation_error_message="This pattern is already linked.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LinkState.values), name="pattern_link_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=Origin.values), name="pattern_link_origin_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident.reference}: {self.pattern}"

    @property
    def version(self) -> int:
        """A number that changes with the content of the link."""
        return link_version(self.state, self.evidence, self.decided_at)


def link_version(state: str, evidence: str, decided_at: datetime) -> int:
    """Return the version of a link with this content, for pages that load no model."""
    return version_of(str(state), evidence, decided_at.timestamp())


class Outcome(models.TextChoices):
    HELPED = "helped", "Helped"
    PARTLY = "partly", "Helped partly"
    DID_NOT_HELP = "did_not_help", "Did not help"


class PlaybookUseQuerySet(models.QuerySet["PlaybookUse"]):
    def visible_to(self, user: User | AnonymousUser) -> PlaybookUseQuerySet:
        """Return uses in incidents that `user` may see, and those that belong to no incident."""
        if not user.is_active or isinstance(user, AnonymousUser):
            return self.none()
        return self.filter(~Q(incident__in=Incident.objects.hidden_from(user)))


class PlaybookUse(models.Model):
    """A record that a playbook was followed, mostly in an incident, and whether it helped.

    Outcomes are stored nowhere else: finishing a run creates one, and so does recording a use
    without a run. `incident` is empty if the run was not attached to one.
    """

    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.CASCADE, related_name="playbook_uses"
    )
    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="uses")
    outcome = models.CharField(max_length=12, choices=Outcome)
    note = models.TextField(blank=True, help_text="Markdown")
    used_at = models.DateTimeField()
    used_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PlaybookUseQuerySet.as_manager()

    class Meta:
        ordering = ["used_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="playbook_use_outcome_is_known"
            ),
        ]

    def __str__(self) -> str:
        place = f" in {self.incident.reference}" if self.incident else ""
        return f"{self.playbook}{place}: {self.get_outcome_display()}"
