"""The search index: one narrow row per incident, action item, pattern and playbook.

Nothing here is a source of truth: `manage.py reindex` rebuilds all of it. ADR 21 gives the reasons
for its shape.
"""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from accounts.models import User
from incidents.models import ActionItem, Incident
from playbooks.models import FailurePattern, Playbook


class Kind(models.TextChoices):
    INCIDENT = "incident", "Incidents"
    PLAYBOOK = "playbook", "Playbooks"
    PATTERN = "pattern", "Patterns"
    ACTION_ITEM = "action_item", "Action items"


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Filter to documents that `user` may find: patterns, playbooks, and those of visible
        incidents."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self.filter(Q(within__isnull=True) | Q(within__in=Incident.objects.visible_to(user)))


def _only(kind: Kind) -> Q:
    """Return the condition that a document of `kind` points to one thing of this kind only."""
    return Q(kind=kind) & Q(**{f"{other}__isnull": other != kind for other in Kind.values})


class Document(models.Model):
    """The searchable form of one incident, action item, pattern or playbook.

    `keys` holds everything it is found by: words, pairs of adjacent words, labels and tiers (see
    `search.keys`). It is stored out of line; only its index is ever read. `impacts` is read for
    ranking: the words alone, each with its impact in place of positions (see `search.impact`).
    `digest` tells whether anything has changed.
    """

    kind = models.CharField(max_length=12, choices=Kind)
    incident = models.OneToOneField(
        Incident, null=True, on_delete=models.CASCADE, related_name="search_document"
    )
    action_item = models.OneToOneField(
        ActionItem, null=True, on_delete=models.CASCADE, related_name="search_document"
    )
    pattern = models.OneToOneField(
        FailurePattern, null=True, on_delete=models.CASCADE, related_name="search_document"
    )
    playbook = models.OneToOneField(
        Playbook, null=True, on_delete=models.CASCADE, related_name="search_document"
    )
    # The incident that decides visibility: itself, or the one an action item belongs to. No query
    # looks it up, and a document is deleted with its own thing: no index, no constraint.
    within = models.ForeignKey(
        Incident,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    # Restricted or archived when it was indexed: not visible to everybody.
    is_guarded = models.BooleanField(default=False)
    reference = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    occurred_on = models.DateField(null=True)
    labels = ArrayField(models.TextField(), default=list)
    impacts = SearchVectorField()
    keys = SearchVectorField()
    digest = models.BinaryField(max_length=16)
    updated_at = models.DateTimeField()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        indexes = [GinIndex(fields=["keys"], name="document_keys")]
        constraints = [
            models.CheckConstraint(
                condition=_only(Kind.INCIDENT)
                | _only(Kind.ACTION_ITEM)
                | _only(Kind.PATTERN)
                | _only(Kind.PLAYBOOK),
                name="document_is_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Passages(models.Model):
    """The part of a document that is shown: its plain text, one passage per line, for snippets, and
    the facts of its row. Separate from `Document`, so that ranking never reads it."""

    document = models.OneToOneField(
        Document, primary_key=True, on_delete=models.CASCADE, related_name="passages"
    )
    text = models.TextField()
    facts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.text[:80]
