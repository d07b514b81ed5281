"""The dictionary of words in use, for spelling, and the frequencies of keys."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower


class Word(models.Model):
    """A word that occurs, or once occurred, in some document, and its lexeme.

    The dictionary ignores visibility: before suggesting a word to a person, make sure that a
    document visible to them contains it.
    """

    word = models.CharField(primary_key=True, max_length=64)
    lexeme = models.CharField(max_length=64, db_index=True)

    class Meta:
        # On an expression, though words are in lower case anyway: PostgreSQL would use a trigram
        # index on the column itself for equality too, where it is a thousand times slower.
        indexes = [
            GinIndex(OpClass(Lower("word"), name="gin_trgm_ops"), name="word_trigrams"),
        ]

    def __str__(self) -> str:
        return self.word


class KeyStatistic(models.Model):
    """The number of documents, visible to everybody, that have a key, as of the last count; the
    empty key counts all documents, and " last" holds the id of the newest.

    Restricted incidents are not counted, so neither ranking nor planning by these numbers reveals
    them. Rare keys of a large index are left out.

    A common word has tiers: the least worth of its best 256 documents, its best 1,024 and so on.
    `is_tiered` says that the keys of every document include these tiers; until then they are being
    written and must not be used.
    """

    key = models.CharField(primary_key=True, max_length=180)
    documents = models.PositiveIntegerField()
    tiers = ArrayField(models.FloatField(), default=list)
    is_tiered = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.key}: {self.documents}"
