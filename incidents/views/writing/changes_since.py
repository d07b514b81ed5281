"""Changes by others since the person opened the page, shown before an action is carried out."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.requests import SignedInRequest
from core import text_diff
from incidents.models import Incident
from incidents.operations.seen_revisions import ChangedSinceSeen
from incidents.views.page import visible_incident
from incidents.views.writing.answers import STALE


def last_revision(incident: Incident) -> int:
    """Return the number of the newest revision, for a form to carry; 0 if there is none.

    Call it before reading what the page shows, so that the page is never older than its number.
    """
    return incident.revisions.values_list("number", flat=True).first() or 0


def newer_context(incident: Incident, changed: ChangedSinceSeen) -> dict[str, Any]:
    """Return the context of `_changed_since.html`: the changes, and the next revision number."""
    return {
        "changed": changed,
        "newer": changed.newer,
        "has_seen": incident.revisions.filter(number=changed.seen).exists(),
        "revision": last_revision(incident),
    }


def changed_page(
    request: SignedInRequest, incident: Incident, changed: ChangedSinceSeen, *, label: str
) -> HttpResponse:
    """Show what changed and the button once more, now for the newest revision."""
    context = newer_context(incident, changed)
    context |= _comparison(incident, changed.seen, context["revision"])
    context |= {"incident": incident, "label": label, "nav": "incidents"}
    return render(request, "incidents/409.html", context, status=STALE)


@require_GET
def revision_since(request: SignedInRequest, reference: str, number: int) -> HttpResponse:
    """Show everything that changed after one saved state."""
    incident = visible_incident(request.user, reference)
    seen = get_object_or_404(incident.revisions, number=number)
    newer = incident.revisions.filter(number__gt=number).defer("content")
    context = _comparison(incident, number, last_revision(incident)) | {
        "incident": incident,
        "seen": seen,
        "newer": newer.select_related("saved_by")[:50],
        "nav": "incidents",
    }
    return render(request, "incidents/revision_since.html", context)


def _comparison(incident: Incident, seen: int, last: int) -> dict[str, Any]:
    found = incident.revisions.filter(number__in=(seen, last)).values_list("number", "content")
    contents = dict(found)
    if seen not in contents or last not in contents:
        return {"changes": []}
    return {"changes": text_diff.changes(contents[seen], contents[last])}
