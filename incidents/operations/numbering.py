"""Numbers for references."""

from __future__ import annotations

from core.round_trip import one_round_trip

_LOCK = 7_101_001  # an advisory lock of our own: its holder assigns the next number


def next_number() -> int:
    """Return the highest number plus one. Locked until the transaction ends, so no number
    repeats.
    """
    with one_round_trip() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s);"
            "SELECT coalesce(max(number), 0) + 1 FROM incidents_incident",
            [_LOCK],
        )
        cursor.nextset()
        return int(cursor.fetchone()[0])
