"""The page on which all sections of a postmortem are written."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import SignedInRequest
from incidents.views.writing.answers import writable_incident
from incidents.views.writing.changes_since import last_revision


@require_GET
def incident_write(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show every section as a field that is saved as one types; without JavaScript, as forms."""
    incident = writable_incident(request, reference)
    revision = last_revision(incident)  # before the sections: never newer than they are
    context = {
        "incident": incident,
        "revision": revision,
        "sections": incident.sections.all(),
        "nav": "incidents",
    }
    return render(request, "incidents/incident_write.html", context)
