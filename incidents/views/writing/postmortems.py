"""The status of a postmortem: draft, in review, published, or not required."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from core import drafts
from core.errors import DomainError, domain_errors_as_messages
from core.seen_version import seen_version
from incidents.forms.incidents import ReasonForm
from incidents.operations import postmortems
from incidents.operations.seen_revisions import ChangedSinceSeen
from incidents.views.writing.answers import FORM, STALE, form_answer, writable_incident
from incidents.views.writing.changes_since import changed_page, last_revision, newer_context


@require_POST
def incident_request_review(request: SignedInRequest, reference: str) -> HttpResponse:
    """Request a review."""
    return _act(
        request,
        reference,
        postmortems.request_review,
        label="Request review",
        done="It is in review. A reviewer can publish it.",
    )


@require_POST
def incident_publish(request: SignedInRequest, reference: str) -> HttpResponse:
    """Publish the postmortem as its internal edition."""
    return _act(
        request,
        reference,
        postmortems.publish,
        label="Publish",
        done="Published. Thank you for writing it down.",
    )


@require_POST
def incident_reopen(request: SignedInRequest, reference: str) -> HttpResponse:
    """Return the postmortem to draft."""
    return _act(
        request,
        reference,
        postmortems.reopen,
        label="Back to draft",
        done="Moved back to draft. The published version stays in the history.",
    )


def _act(
    request: SignedInRequest,
    reference: str,
    change: Callable[..., Any],
    *,
    label: str,
    done: str,
) -> HttpResponse:
    """Apply the change to the revision that the page showed; on newer ones show what changed."""
    incident = writable_incident(request, reference)
    seen = seen_version(request, "revision")
    try:
        with domain_errors_as_messages(request, but=ChangedSinceSeen):
            change(incident, seen=seen, by=request.user, at=timezone.now())
            messages.success(request, done)
    except ChangedSinceSeen as changed:
        return changed_page(request, incident, changed, label=label)
    return redirect(incident)


@require_http_methods(FORM)
def incident_not_required(request: SignedInRequest, reference: str) -> HttpResponse:
    """Mark the postmortem as not required, with a reason."""
    incident = writable_incident(request, reference)
    more: dict[str, Any] = {"place": "incident-header", "revision": last_revision(incident)}
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            postmortems.mark_not_required(
                incident,
                reason=form.cleaned_data["reason"],
                seen=seen_version(request, "revision"),
                by=request.user,
                at=timezone.now(),
            )
        except ChangedSinceSeen as changed:
            more |= newer_context(incident, changed) | {"status": STALE}
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return drafts.saved(request, redirect(incident))
    return form_answer(request, "incident_not_required", form, incident=incident, **more)
