"""Who has an incident open for writing, and in which section."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from accounts.models import User
from incidents.models import Presence

# A tab asks every few seconds; its row is written again only after so long.
REFRESH = timedelta(seconds=10)
# A tab that has not asked for so long is closed, asleep or offline.
GONE = timedelta(seconds=30)

_SEE = """
INSERT INTO incidents_presence (incident_id, person_id, tab, section_key, seen_at)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (incident_id, tab) DO UPDATE
SET person_id = excluded.person_id, section_key = excluded.section_key, seen_at = excluded.seen_at
"""


def see(incident: int, *, tab: UUID, section: int | None, by: User, at: datetime) -> None:
    """Note that `by` has the incident open in `tab`, with the cursor in `section` or nowhere."""
    with connection.cursor() as cursor:
        cursor.execute(_SEE, [incident, by.pk, tab, section, at])


def forget(incident: int, *, tab: UUID, by: User) -> None:
    """Note that the tab was closed. Repeating it changes nothing."""
    Presence.objects.filter(incident_id=incident, tab=tab, person=by).delete()
