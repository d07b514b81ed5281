"""Keeping every saved state of a postmortem."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from core import text_search
from incidents.exchange import document_of, render
from incidents.models import Incident, Revision


def record(incident: Incident, *, by: User | None, at: datetime, summary: str) -> Revision:
    """Keep the postmortem as it now stands, and let search know. The last step of every write.

    `incident` is the row as the caller's transaction holds it and has saved it, so revisions are
    numbered without gaps. Where nothing changed since the last one, that one is returned.
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
