"""Keeping every saved state of a postmortem."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core import text_search
from incidents.exchange import render_incident
from incidents.models import Incident, Revision


@transaction.atomic
def record(incident: Incident, *, by: User | None, at: datetime, summary: str) -> Revision:
    """Keep the postmortem as it now stands, and let search know. The last step of every write.

    Where nothing changed since the last revision, that one is returned. Holds the incident's row
    until the transaction ends, so revisions are numbered without gaps.
    """
    held = Incident.objects.select_for_update().get(pk=incident.pk)
    text_search.refresh("incident", [held.pk])
    content = render_incident(held)
    last = held.revisions.first()
    if last is not None and last.content == content:
        return last
    held.updated_at = incident.updated_at = at
    held.save(update_fields=["updated_at"])
    return Revision.objects.create(
        incident=held,
        number=last.number + 1 if last else 1,
        content=content,
        summary=summary[:200],
        saved_at=at,
        saved_by=by,
    )
