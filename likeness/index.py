"""Updates of features and feedback, in the background rather than while saving.

Until the background task has reached an incident, pages analyze it again: they are never wrong,
only a little slower.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Q

from incidents.models import Incident, PatternLink
from likeness import cue_library, features, feedback, term_counts
from likeness.models import IncidentFeatures, PatternFeedback
from playbooks.models import FailurePattern

MANY = 1_000  # incidents, from which the tables need new statistics
NEWEST = 300  # incidents analyzed when a pattern changes; `learn` analyzes all


def read_incidents(ids: Iterable[int], *, at: datetime) -> None:
    """Analyze these incidents again, and refresh the feedback of their patterns."""
    wanted = list(ids)
    with transaction.atomic():
        features.refresh(wanted)
    if term_counts.is_due():
        term_counts.recount()
    links = PatternLink.objects.filter(incident__in=wanted)
    of_links = set(links.values_list("pattern", flat=True))
    # A removed link teaches nothing any more, so its pattern is outdated.
    feedback.refresh(of_links | feedback.outdated(), at=at)


def read_newest(*, at: datetime) -> None:
    """Analyze the newest incidents again, by the new words of a pattern that changed."""
    newest = Incident.objects.filter(archived_at=None).order_by("-pk")
    stale = newest.exclude(features__stamp=cue_library.current().stamp)
    with transaction.atomic():
        features.refresh(stale.values_list("pk", flat=True)[:NEWEST])


def catch_up(*, at: datetime) -> int:
    """Analyze every incident that changed since it was last read; return how many."""
    if term_counts.is_due():
        term_counts.recount()
    stale = Incident.objects.filter(archived_at=None).filter(
        Q(features=None)
        | ~Q(features__read_at=F("updated_at"))
        | ~Q(features__stamp=cue_library.current().stamp)
    )
    found = list(stale.order_by("pk").values_list("pk", flat=True))
    _read_in_batches(found)
    if found:
        feedback.refresh(FailurePattern.objects.values_list("pk", flat=True), at=at)
    return len(found)


def rebuild(*, at: datetime) -> int:
    """Count, analyze and learn everything again; return the number of incidents."""
    term_counts.recount()
    IncidentFeatures.objects.filter(incident__archived_at__isnull=False).delete()
    found = list(
        Incident.objects.filter(archived_at=None).order_by("pk").values_list("pk", flat=True)
    )
    _read_in_batches(found)
    PatternFeedback.objects.all().delete()
    feedback.refresh(FailurePattern.objects.values_list("pk", flat=True), at=at)
    return len(found)


def _read_in_batches(ids: Sequence[int]) -> None:
    for start in range(0, len(ids), features.BATCH):
        with transaction.atomic():
            features.refresh(ids[start : start + features.BATCH])
    if len(ids) >= MANY:
        # Otherwise PostgreSQL would plan for as few rows as there were before.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE likeness_posting, likeness_incidentfeatures")
