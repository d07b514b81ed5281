"""Whose turn it is to write an incident live."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from accounts.models import User
from core.errors import DomainError
from incidents.models import Incident
from incidents.operations import revisions, stretches
from incidents.operations.incidents import lock

# In SQL because every live save runs it. Waiting for the lock may make the stretches old, so their
# end is looked at again.
_LOCK = """
SELECT archived_at, writing_since,
  ARRAY(SELECT person_id FROM incidents_writingstretch WHERE incident_id = i.id ORDER BY id),
  ARRAY(SELECT last_at FROM incidents_writingstretch WHERE incident_id = i.id ORDER BY id)
FROM incidents_incident i WHERE id = %s FOR UPDATE
"""


def take(incident: Incident, *, by: User, at: datetime, writes: bool) -> None:
    """Lock the incident, and let `by` join the open stretch or begin one if `writes`.

    A stretch that is over is recorded first. Raises DomainError if the incident is archived.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [incident.pk])
        archived_at, since, people, moments = cursor.fetchone()
    if archived_at is not None:
        raise DomainError("This incident is archived. Restore it before you edit it.")
    if not writes:
        return
    last_at = dict(zip(people, moments, strict=True))
    if stretches.is_over(since, last_at, by=by, at=at):
        held = lock(incident)
        if stretches.is_over_for(held, by=by, at=at):
            revisions.record_stretch(held)
        since = held.writing_since
    if since is None:
        Incident.objects.filter(pk=incident.pk).update(writing_since=at)
