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
from incidents.forms.pattern_links import EvidenceForm, PatternLinkForm
from incidents.models import Incident, PatternLink
from incidents.operations import pattern_links
from incidents.views.writing.answers import FORM, form_answer, saved_part, writable_incident


def _link(incident: Incident, pk: int) -> PatternLink:
    link = get_object_or_404(
        PatternLink.objects.select_related("pattern"), incident_id=incident.pk, pk=pk
    )
    link.incident = incident
    return link


@require_http_methods(FORM)
def pattern_link_new(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say that the incident is an instance of a pattern."""
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
    more: dict[str, Any] = {"place": "pattern-link-new", "back": "patterns"}
    return form_answer(request, "pattern_link_new", form, incident=incident, **more)


@require_http_methods(FORM)
def pattern_link_edit(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Say anew what shows the pattern."""
    incident = writable_incident(request, reference)
    link = _link(incident, pk)
    form = EvidenceForm(
        request.POST or None, initial={"evidence": link.evidence}, auto_id=f"pattern-link-{pk}-%s"
    )
    if form.is_valid():
        pattern_links.edit(
            link, evidence=form.cleaned_data["evidence"], by=request.user, at=timezone.now()
        )
        return saved_part(request, incident, "pattern-rows")
    more: dict[str, Any] = {"link": link, "place": f"pattern-link-{pk}", "back": "patterns"}
    return form_answer(request, "pattern_link_edit", form, incident=incident, **more)


@require_POST
def pattern_link_decide(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Confirm or dismiss a link."""
    incident = writable_incident(request, reference)
    link = _link(incident, pk)
    state = request.POST.get("state", "")
    with domain_errors_as_messages(request):
        pattern_links.decide(link, state, by=request.user, at=timezone.now())
    return saved_part(request, incident, "pattern-rows")


@require_http_methods(FORM)
def pattern_link_delete(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Ask, then take the link away."""
    incident = writable_incident(request, reference)
    link = _link(incident, pk)
    if request.method == "POST":
        pattern_links.unlink(link, by=request.user, at=timezone.now())
        messages.success(request, f"“{link.pattern}” is no longer linked.")
        return saved_part(request, incident, "pattern-rows")
    context = {"incident": incident, "link": link, "nav": "incidents"}
    return render(request, "incidents/pattern_link_delete.html", context)
