"""Synonyms in the field's vocabulary."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from search import analyzer

MAX_TERMS = 20
MAX_WORDS = 6  # per term


class Synonym(models.Model):
    """A group of terms with the same meaning: each also finds the others.

    A term is a word, or a few adjacent words.
    """

    terms = ArrayField(
        models.CharField(max_length=80),
        size=MAX_TERMS,
        help_text="Two or more, one per line, such as “oom” and “out of memory”.",
    )
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["terms"]
        constraints = [
            models.CheckConstraint(condition=Q(terms__len__gte=2), name="synonym_has_two_terms"),
        ]

    def __str__(self) -> str:
        return " = ".join(self.terms)

    def clean(self) -> None:
        """Raise ValidationError if there are fewer than two terms, or terms without words."""
        found = dict.fromkeys(tuple(analyzer.tokenize(term)) for term in self.terms or [])
        if () in found:
            raise ValidationError("Each term needs at least one searchable word.")
        if len(found) < 2:
            raise ValidationError("Enter at least two different terms.")
        if max(map(len, found)) > MAX_WORDS:
            raise ValidationError(f"A term may have at most {MAX_WORDS} words.")
