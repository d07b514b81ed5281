"""The search index: one narrow row per incident, pattern and playbook, and the words they use.

Nothing here is a source of truth: `manage.py reindex` makes all of it anew.
"""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Upper

from accounts.models import User
from incidents.models import Incident
from playbooks.models import FailurePattern, Playbook


class Kind(models.TextChoices):
    INCIDENT = "incident", "Incidents"
    PLAYBOOK = "playbook", "Playbooks"
    PATTERN = "pattern", "Patterns"


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What `user` may find: patterns, playbooks, and the incidents that they may know of."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self.filter(
            Q(incident__isnull=True) | Q(incident__in=Incident.objects.visible_to(user))
        )


class Document(models.Model):
    """What search knows of one incident, pattern or playbook.

    `vector` holds its words by weight: A the title and reference, B what sums it up, C the rest,
    D timeline and supporting text.
    """

    kind = models.CharField(max_length=8, choices=Kind)
    incident = models.OneToOneField(
        Incident, null=True, on_delete=models.CASCADE, related_name="search_document"
    )
    pattern = models.OneToOneField(
        FailurePattern, null=True, on_delete=models.CASCADE, related_name="search_document"
    )
    playbook = models.OneToOneField(
        Playbook, null=True, on_delete=models.CASCADE, related_name="search_document"
    )
    title = models.CharField(max_length=200)
    vector = SearchVectorField()
    updated_at = models.DateTimeField()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["vector"], name="document_vector"),
            models.Index(Upper("title"), name="document_title"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="incident", incident__isnull=False, pattern=None, playbook=None)
                | Q(kind="pattern", incident=None, pattern__isnull=False, playbook=None)
                | Q(kind="playbook", incident=None, pattern=None, playbook__isnull=False),
                name="document_is_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Passages(models.Model):
    """The plain text of a document, a passage a line, for snippets. Apart from `Document`, so
    that ranking never reads it."""

    document = models.OneToOneField(
        Document, primary_key=True, on_delete=models.CASCADE, related_name="passages"
    )
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:80]


class Word(models.Model):
    """A word that occurs, or once occurred, in some document, and what it is found as.

    The list knows nothing about who may see the documents: whoever proposes a word to a person
    first makes sure that a document visible to them holds it.
    """

    word = models.CharField(primary_key=True, max_length=64)
    lexeme = models.CharField(max_length=64, db_index=True)

    class Meta:
        # On an expression, though words are in lower case anyway: a trigram index on the column
        # itself would be used for equality too, where it is a thousand times slower.
        indexes = [
            GinIndex(OpClass(Lower("word"), name="gin_trgm_ops"), name="word_trigrams"),
        ]

    def __str__(self) -> str:
        return self.word
