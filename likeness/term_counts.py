"""Term counts: the number of incidents that contain a stem, which makes a term telling.

Restricted incidents are never counted: the rarity of a word must not reveal their content.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from incidents.exchange import documents_of
from incidents.models import Incident, Visibility
from likeness.models import TermCount
from likeness.sentences import sentences
from likeness.terms import term_frequencies

MAX_COUNTED = 2_000  # incidents; counting more changes no share that matters
_BATCH = 200
_TOTAL = ""  # the stem whose row holds the number of counted incidents
_LOCK = 7_101_003  # advisory lock, so that no two processes write the same rows at once


@dataclass(frozen=True)
class TermCounts:
    """The number of incidents with each stem, out of `total` counted ones."""

    total: int
    documents: Mapping[str, int]


def term_counts(stems: Iterable[str]) -> TermCounts:
    """Return the counts of these stems. One query."""
    found = {_TOTAL: 0}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT term, documents FROM likeness_termcount WHERE term = ANY(%s)",
            [[_TOTAL, *(stem.replace("\0", "") for stem in stems)]],
        )
        found.update(cursor.fetchall())
    return TermCounts(found[_TOTAL], found)


@transaction.atomic
def recount() -> int:
    """Count again over at most 2,000 incidents, spread over all of them; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    keys = list(
        Incident.objects.filter(archived_at=None, visibility=Visibility.INTERNAL)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    step = -(-len(keys) // MAX_COUNTED) or 1
    chosen = keys[::step]
    found: Counter[str] = Counter()
    for start in range(0, len(chosen), _BATCH):
        incidents = Incident.objects.filter(pk__in=chosen[start : start + _BATCH])
        for document in documents_of(incidents).values():
            found.update(term_frequencies(sentences(document)).weights.keys())
    # A stem in one incident counts the same as a stem in none.
    rows = [TermCount(term=term, documents=n) for term, n in sorted(found.items()) if n > 1]
    TermCount.objects.all().delete()
    TermCount.objects.bulk_create(
        [TermCount(term=_TOTAL, documents=len(chosen)), *rows], batch_size=5_000
    )
    return len(chosen)


def is_due() -> bool:
    """Return True if the number of incidents has changed so much that terms weigh differently."""
    counted = TermCount.objects.filter(term=_TOTAL).values_list("documents", flat=True).first()
    if counted is None:
        return True
    if counted >= MAX_COUNTED * 0.9:
        return False
    there = Incident.objects.filter(archived_at=None, visibility=Visibility.INTERNAL)
    return abs(there.count() - counted) > counted * 0.2
