"""Features of incidents, for similarity and pattern suggestions.

Nothing here is a source of truth: `manage.py learn` rebuilds all of it.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from incidents.models import Incident
from playbooks.models import FailurePattern


class IncidentFeatures(models.Model):
    """The features of one incident that is not archived.

    `terms`, most telling first, with their spellings (`words`), their shares of the whole
    (`weights`, whose squares add up to 1) and whether causes contain them (`of_causes`). `stems`
    are those of its title, summary and causes, from which patterns learn. `findings` is the
    evidence for patterns as JSON, by the cues of `stamp`.
    """

    incident = models.OneToOneField(
        Incident, primary_key=True, on_delete=models.CASCADE, related_name="features"
    )
    read_at = models.DateTimeField(help_text="When the analyzed state of the incident was saved.")
    is_restricted = models.BooleanField()
    terms = ArrayField(models.TextField())
    words = ArrayField(models.TextField())
    weights = ArrayField(models.FloatField())
    of_causes = ArrayField(models.BooleanField())
    services = ArrayField(models.TextField())
    patterns = ArrayField(models.TextField(), help_text="Slugs of the confirmed patterns.")
    stems = ArrayField(models.TextField())
    findings = models.TextField(help_text="JSON, by slug.")
    stamp = models.CharField(max_length=16)

    def __str__(self) -> str:
        return ", ".join(self.words[:6])


class Posting(models.Model):
    """A term of an incident, for finding the incident by it.

    `term` is a number made of the stem, `impact` the term's weight in thousandths. Restricted
    incidents have their own range of the key, so that searches for others never read them.
    """

    pk = models.CompositePrimaryKey("is_restricted", "term", "impact", "incident_id")
    is_restricted = models.BooleanField()
    term = models.BigIntegerField()
    impact = models.SmallIntegerField()
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.term} in {self.incident_id}"


class TermCount(models.Model):
    """The number of counted incidents with a stem; restricted ones are never counted.

    The row of the empty stem holds the number of all counted incidents.
    """

    term = models.TextField(primary_key=True)
    documents = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.term}: {self.documents}"


class PatternFeedback(models.Model):
    """Stems that speak for or against a pattern, with their weights, learned from its confirmed and
    dismissed incidents. Restricted incidents teach nothing."""

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
