"""Reviews of playbooks, and reports that one is outdated."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from core import drafts
from core.errors import DomainError, StaleWrite, domain_errors_as_messages
from core.seen_version import seen_version
from playbooks import operations
from playbooks.forms import DoubtForm
from playbooks.models import Playbook
from playbooks.views.writing import require_author


@require_POST
def playbook_mark_reviewed(request: SignedInRequest, slug: str) -> HttpResponse:
    """Confirm a playbook as correct today."""
    playbook = get_object_or_404(Playbook, slug=slug)
    with domain_errors_as_messages(request):
        operations.mark_reviewed(
            playbook,
            today=timezone.localdate(),
            seen=seen_version(request),
            by=request.user,
            at=timezone.now(),
        )
    return redirect(playbook)


@require_http_methods(["GET", "HEAD", "POST"])
def playbook_doubt(request: SignedInRequest, slug: str) -> HttpResponse:
    """Report a playbook as outdated, with the reason."""
    require_author(request)
    playbook = get_object_or_404(Playbook, slug=slug)
    form = DoubtForm(request.POST or None, initial={"note": playbook.doubt})
    context: dict[str, Any] = {"playbook": playbook, "form": form, "nav": "playbooks"}
    if form.is_valid():
        note, seen = form.cleaned_data["note"], seen_version(request)
        try:
            operations.doubt(playbook, note=note, seen=seen, by=request.user, at=timezone.now())
        except StaleWrite as stale:
            context |= {"playbook": get_object_or_404(Playbook, slug=slug), "stale": stale}
        except DomainError as error:
            messages.error(request, str(error))
        else:
            return drafts.saved(request, redirect(playbook))
    status = 409 if "stale" in context else 200
    return render(request, "playbooks/playbook_doubt.html", context, status=status)
