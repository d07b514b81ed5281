"""Places from which files were imported, as stored in the database."""

from __future__ import annotations

from datetime import datetime

from incidents.exchange import ParsedPostmortem
from incidents.models import ImportedFile, Incident
from incidents.operations.importing.source import Source, unplaced_key


def last_import(source: Source | None) -> ImportedFile | None:
    """Return the last import of the file at this place; None if it is new."""
    if source is None:
        return None
    files = ImportedFile.objects.select_related("incident")
    return files.filter(key=source.key).first()


def remember(
    file: ImportedFile | None,
    parsed: ParsedPostmortem,
    incident: Incident,
    revision: int,
    *,
    source: Source | None,
    at: datetime,
) -> None:
    """Record that the file at `source` became `incident`; `file` is the row to update.

    Writes nothing if that is stored already.
    """
    said = _said(parsed, incident, revision, source)
    if file is None and source is None:
        file = ImportedFile.objects.filter(key=said["key"]).first()
    if file is None:
        ImportedFile.objects.create(imported_at=at, **said)
    elif any(getattr(file, name) != value for name, value in said.items()):
        ImportedFile.objects.filter(pk=file.pk).update(imported_at=at, **said)


def _said(
    parsed: ParsedPostmortem, incident: Incident, revision: int, source: Source | None
) -> dict[str, object]:
    content = parsed.content_digest
    said: dict[str, object] = {
        "incident_id": incident.pk,
        "content": content,
        "stated_number": parsed.number,
        "revision": revision,
    }
    if source is None:
        key = unplaced_key(content, incident.pk)
        return said | {"key": key, "source": "", "path": parsed.name or "text"}
    return said | {"key": source.key, "source": source.name, "path": source.stored_path}
