"""Answers to “Did the fix hold?” on the page of the incident in which the failure came back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from action_items.models import FixAnswer, FixCheck
from action_items.operations import action_items
from core.errors import domain_errors_as_messages
from core.seen_version import seen_version
from incidents.models import ActionItem
from incidents.views.writing.answers import saved_part, writable_incident
from recurrence.forms.fix_checks import REOPEN, FixCheckForm
from recurrence.operations import fix_checks


@require_POST
def fix_check_answer(request: SignedInRequest, reference: str) -> HttpResponse:
    """Record that a fix held, that it did not, or that it did not and is reopened."""
    incident = writable_incident(request, reference)
    form = FixCheckForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose whether the fix held.")
        return saved_part(request, incident, "pattern-rows")
    said = form.cleaned_data
    reopen = said["answer"] == REOPEN
    note = f" Your note was: {said['note']}" if said["note"] else ""
    with domain_errors_as_messages(request, suffix=note):
        try:
            fix_checks.answer(
                ActionItem(pk=said["item"]),
                incident,
                answer=FixAnswer.DID_NOT_HOLD if reopen else said["answer"],
                note=said["note"],
                reopen=reopen,
                version=seen_version(request),
                by=request.user,
                at=timezone.now(),
            )
        except (PermissionDenied, action_items.ActionItemGone) as error:
            # Authors cannot tell an item of a hidden incident from one that does not exist.
            raise Http404 from error
    return saved_part(request, incident, "pattern-rows")


@require_POST
def fix_check_take_back(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Withdraw a wrong answer."""
    incident = writable_incident(request, reference)
    found = FixCheck.objects.visible_to(request.user).filter(incident=incident, pk=pk).first()
    if found is not None:
        fix_checks.take_back(found, by=request.user)
    return saved_part(request, incident, "pattern-rows")
