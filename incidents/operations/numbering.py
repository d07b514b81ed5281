"""The numbers in references."""

from __future__ import annotations

from django.db import connection
from django.db.models import Max

from incidents.models import Incident

_LOCK = 7_101_001  # any number of our own: whoever holds it gives out the next reference


def next_number() -> int:
    """The number after the highest. Held until the transaction ends, so two never get the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    return (Incident.objects.aggregate(highest=Max("number"))["highest"] or 0) + 1
