"""The incident page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts.models import User
from accounts.requests import SignedInRequest
from incidents.models import Incident
from incidents.views import page, page_parts
from incidents.views.page_state import page_state
from incidents.views.page_text import page_text


def incident_detail(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show a postmortem."""
    incident = page.visible_incident(request.user, reference)
    return render(request, "incidents/incident_detail.html", _context(request.user, incident))


def _context(user: User, incident: Incident) -> dict[str, Any]:
    state = page_state(incident)
    context = {
        **page.header_context(user, incident, state),
        "text": page_text(user, incident, state),
        "nav": "incidents",
    }
    for part in page_parts.connected():
        context |= part.context_of(user, incident, state.facts)
    return context
