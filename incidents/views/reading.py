"""The incident page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from incidents.models import Incident
from incidents.views import page
from incidents.views.action_items_part import action_items_context


def incident_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """A postmortem, to be read."""
    incident = page.visible_incident(request.user, reference)
    return render(request, "incidents/incident_detail.html", _context(request.user, incident))


def _context(user: User, incident: Incident) -> dict[str, Any]:
    return {
        **page.header_context(user, incident),
        **page.sections_context(user, incident),
        **page.timeline_context(user, incident),
        **page.root_causes_context(user, incident),
        **page.patterns_context(user, incident),
        **action_items_context(user, incident),
        "brings_phases": False,
        "nav": "incidents",
    }
