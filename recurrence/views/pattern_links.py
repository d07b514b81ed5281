"""Linking patterns to an incident."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from core.errors import DomainError, domain_errors_as_messages
from core.seen_version import seen_version
from incidents.models import Incident, PatternLink
from incidents.views.writing.answers import (
    FORM,
    STALE,
    clash,
    form_answer,
    saved_part,
    writable_incident,
)
from recurrence.forms.pattern_links import EvidenceForm, PatternLinkForm
from recurrence.operations import pattern_links
from recurrence.operations.pattern_links import StaleLink


def _link(incident: Incident, pk: int) -> PatternLink:
    link = get_object_or_404(
        PatternLink.objects.select_related("pattern"), incident_id=incident.pk, pk=pk
    )
    link.incident = incident
    return link


def _initial(link: PatternLink) -> dict[str, Any]:
    return {"evidence": link.evidence, "version": link.version}


@require_http_methods(FORM)
def pattern_link_new(request: SignedInRequest, reference: str) -> HttpResponse:
    """Link the incident to a pattern."""
    incident = writable_incident(request, reference)
    form = PatternLinkForm(request.POST or None, incident=incident, auto_id="new-pattern-%s")
    if form.is_valid():
        said = form.cleaned_data
        try:
            pattern_links.link(
                incident,
                said["pattern"],
                evidence=said["evidence"],
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as error:
            form.add_error("pattern", str(error))
        else:
            return saved_part(request, incident, "pattern-rows")
    more: dict[str, Any] = {"place": "pattern-link-new", "back": "patterns", "folder": "recurrence"}
    return form_answer(request, "pattern_link_new", form, incident=incident, **more)


@require_http_methods(FORM)
def pattern_link_edit(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Change the evidence of a pattern link."""
    incident = writable_incident(request, reference)
    link = _link(incident, pk)
    form = EvidenceForm(
        request.POST or None, initial=_initial(link), auto_id=f"pattern-link-{pk}-%s"
    )
    more: dict[str, Any] = {
        "link": link,
        "place": f"pattern-link-{pk}",
        "back": "patterns",
        "folder": "recurrence",
    }
    if form.is_valid():
        try:
            pattern_links.edit(
                link,
                evidence=form.cleaned_data["evidence"],
                version=form.base_version(),
                by=request.user,
                at=timezone.now(),
            )
        except StaleLink as stale:
            now = _link(incident, pk)
            theirs = EvidenceForm(initial=_initial(now))
            more |= {"status": STALE} | clash(form, theirs, stale=stale, version=now.version)
        else:
            return saved_part(request, incident, "pattern-rows")
    return form_answer(request, "pattern_link_edit", form, incident=incident, **more)


@require_POST
def pattern_link_decide(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Confirm or dismiss a link."""
    incident = writable_incident(request, reference)
    link = _link(incident, pk)
    state = request.POST.get("state", "")
    with domain_errors_as_messages(request):
        version = seen_version(request)
        pattern_links.decide(link, state, version=version, by=request.user, at=timezone.now())
    return saved_part(request, incident, "pattern-rows", kept=link.pk)


@require_http_methods(FORM)
def pattern_link_delete(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Remove a pattern link after confirmation."""
    incident = writable_incident(request, reference)
    link = _link(incident, pk)
    context: dict[str, Any] = {"incident": incident, "link": link, "nav": "incidents"}
    if request.method == "POST":
        version = seen_version(request)
        try:
            pattern_links.unlink(link, version=version, by=request.user, at=timezone.now())
        except StaleLink as stale:
            context |= {"link": _link(incident, pk), "stale": stale}
        else:
            messages.success(request, f"“{link.pattern}” is no longer linked.")
            return saved_part(request, incident, "pattern-rows")
    status = STALE if "stale" in context else 200
    return render(request, "recurrence/pattern_link_delete.html", context, status=status)
