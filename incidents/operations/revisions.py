"""Saved states of postmortems."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from core import text_search
from incidents.exchange import document_of, render
from incidents.models import Incident, Revision
from incidents.operations import stretches
from incidents.operations.stretches import Ended


def record(incident: Incident, *, by: User | None, at: datetime, summary: str) -> Revision:
    """Record the present state of the postmortem and update search. The last step of every write.

    `incident` is the row as locked and saved by the caller's transaction, so revisions are numbered
    without gaps. If nothing changed since the last revision, that one is returned. What people are
    writing live is part of the state, so their stretch ends; usually `hold` has recorded it before.
    """
    return _record(incident, stretches.end(incident), by=by, at=at, summary=summary)


def record_stretch(incident: Incident) -> None:
    """Record what people have written live, if anything, in their names; `incident` is locked."""
    if ended := stretches.end(incident):
        by = ended.writers[0] if ended.writers else None
        _record(incident, ended, by=by, at=ended.last_at, summary=ended.summary)


def _record(
    incident: Incident, ended: Ended | None, *, by: User | None, at: datetime, summary: str
) -> Revision:
    document = document_of(incident)
    text_search.refresh("incident", [incident.pk], read={incident.pk: document})
    content = render(document)
    last = incident.revisions.first()
    if last is not None and last.content == content:
        return last
    if incident.updated_at != at:
        incident.updated_at = at
        incident.save(update_fields=["updated_at"])
    revision = Revision.objects.create(
        incident=incident,
        number=last.number + 1 if last else 1,
        content=content,
        summary=summary[:200],
        saved_at=at,
        saved_by=by,
    )
    if ended and (others := [person for person in ended.writers if person != by]):
        revision.written_with.set(others)
    return revision
