"""The way of a postmortem: draft, review, published, or not required."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from core import drafts
from core.errors import DomainError, domain_errors_as_messages
from incidents.forms.incidents import ReasonForm
from incidents.operations import postmortems
from incidents.views.writing.answers import FORM, form_answer, writable_incident


@require_POST
def incident_request_review(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask for a review."""
    incident = writable_incident(request, reference)
    with domain_errors_as_messages(request):
        postmortems.request_review(incident, by=request.user, at=timezone.now())
        messages.success(request, "It is in review. A reviewer can publish it.")
    return redirect(incident)


@require_POST
def incident_publish(request: SignedInRequest, reference: str) -> HttpResponse:
    """Freeze the postmortem as its internal edition."""
    incident = writable_incident(request, reference)
    with domain_errors_as_messages(request):
        postmortems.publish(incident, by=request.user, at=timezone.now())
        messages.success(request, "Published. Thank you for writing it down.")
    return redirect(incident)


@require_POST
def incident_reopen(request: SignedInRequest, reference: str) -> HttpResponse:
    """Take the postmortem back to draft."""
    incident = writable_incident(request, reference)
    with domain_errors_as_messages(request):
        postmortems.reopen(incident, by=request.user, at=timezone.now())
        messages.success(request, "It is a draft again. What was published stays in the history.")
    return redirect(incident)


@require_http_methods(FORM)
def incident_not_required(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say that no postmortem is needed, and why."""
    incident = writable_incident(request, reference)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            postmortems.mark_not_required(
                incident, reason=reason, by=request.user, at=timezone.now()
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return drafts.saved(request, redirect(incident))
    return form_answer(
        request, "incident_not_required", form, incident=incident, place="incident-header"
    )
