"""The words in use: for spelling, and how common they are."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower


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


class KeyStatistic(models.Model):
    """How many documents that everybody may see have a key, as of the last count; the empty key
    stands for all of them, and " last" holds the id of the newest.

    Restricted incidents are not counted, so neither ranks nor choices made by these numbers
    tell of them. Rare keys are left out of a large index.

    A word that is common has tiers: the worth from which on a document is among the best 256 of
    it, the best 1,024 and so on. `is_tiered` says that these tiers are in the keys of every
    document; until then they are being written and nothing may rely on them.
    """

    key = models.CharField(primary_key=True, max_length=180)
    documents = models.PositiveIntegerField()
    tiers = ArrayField(models.FloatField(), default=list)
    is_tiered = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.key}: {self.documents}"
