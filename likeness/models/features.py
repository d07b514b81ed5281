"""What an incident is known by: for likeness, and for the patterns that it may belong to.

Nothing here is a source of truth: `manage.py learn` makes all of it anew.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from incidents.models import Incident
from playbooks.models import FailurePattern


class IncidentFeatures(models.Model):
    """What was read out of one incident that is not archived.

    `terms`, most telling first, beside how people wrote them (`words`), how much of the whole each
    is (`weights`, whose squares add up to 1) and whether causes speak of it (`of_causes`).
    `stems` are those of its title, summary and causes, from which patterns learn. `findings` is
    what speaks for which pattern, as `likeness` keeps it, by the cues of `stamp`.
    """

    incident = models.OneToOneField(
        Incident, primary_key=True, on_delete=models.CASCADE, related_name="features"
    )
    read_at = models.DateTimeField(help_text="The state of the incident that was read.")
    is_restricted = models.BooleanField()
    terms = ArrayField(models.TextField())
    words = ArrayField(models.TextField())
    weights = ArrayField(models.FloatField())
    of_causes = ArrayField(models.BooleanField())
    services = ArrayField(models.TextField())
    patterns = ArrayField(models.TextField(), help_text="Slugs of the confirmed ones.")
    stems = ArrayField(models.TextField())
    findings = models.TextField(help_text="JSON, by slug.")
    stamp = models.CharField(max_length=16)

    def __str__(self) -> str:
        return ", ".join(self.words[:6])


class Posting(models.Model):
    """That an incident is known by a term, for finding it by that.

    `term` is a number made of the stem, `impact` the term's weight in thousandths. Restricted
    incidents stand apart, so that no search for others ever walks past them.
    """

    pk = models.CompositePrimaryKey("is_restricted", "term", "impact", "incident_id")
    is_restricted = models.BooleanField()
    term = models.BigIntegerField()
    impact = models.SmallIntegerField()
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.term} in {self.incident_id}"


class TermCount(models.Model):
    """In how many of the counted incidents a stem stands; restricted ones are never counted.

    The row of the empty stem says how many were counted.
    """

    term = models.TextField(primary_key=True)
    documents = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.term}: {self.documents}"


class PatternFeedback(models.Model):
    """What a pattern's confirmed and dismissed incidents taught: stems that speak for it, and
    those that speak against it, with their weights. Restricted incidents teach nothing."""

    pattern = models.OneToOneField(
        FailurePattern, primary_key=True, on_delete=models.CASCADE, related_name="feedback"
    )
    terms = ArrayField(models.TextField())
    weights = ArrayField(models.FloatField())
    confirmed = models.PositiveIntegerField()
    dismissed = models.PositiveIntegerField()
    learned_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pattern}: {', '.join(self.terms[:6])}"
