"""Saved states of postmortems."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from core import text_search
from incidents.exchange import document_of, render
from incidents.models import Incident, Revision


def record(incident: Incident, *, by: User | None, at: datetime, summary: str) -> Revision:
    """Record the present state of the postmortem and update search. The last step of every write.

    `incident` is the row as locked and saved by the caller's transaction, so revisions are numbered
    without gaps. If nothing changed since the last revision, that one is returned.
    """
    document = document_of(incident)
    text_search.refresh("incident", [incident.pk], read={incident.pk: document})
    content = render(document)
    last = incident.revisions.first()
    if last is not None and last.content == content:
        return last
    if incident.updated_at != at:
        incident.updated_at = at
        incident.save(update_fields=["updated_at"])
    return Revision.objects.create(
        incident=incident,
        number=last.number + 1 if last else 1,
        content=content,
        summary=summary[:200],
        saved_at=at,
        saved_by=by,
    )
