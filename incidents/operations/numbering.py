"""The numbers in references."""

from __future__ import annotations

from core.round_trip import one_round_trip

_LOCK = 7_101_001  # any number of our own: whoever holds it gives out the next reference


def next_number() -> int:
    """The number after the highest. Held until the transaction ends, so two never get the same."""
    with one_round_trip() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s);"
            "SELECT coalesce(max(number), 0) + 1 FROM incidents_incident",
            [_LOCK],
        )
        cursor.nextset()
        return int(cursor.fetchone()[0])
