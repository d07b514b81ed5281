"""Whether a playbook is still true."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from core import drafts
from core.errors import domain_errors_as_messages
from playbooks import operations
from playbooks.forms import DoubtForm
from playbooks.models import Playbook
from playbooks.views.writing import require_author


@require_POST
def playbook_mark_reviewed(request: SignedInRequest, slug: str) -> HttpResponse:
    """“I read it today, and it is still true.”"""
    playbook = get_object_or_404(Playbook, slug=slug)
    with domain_errors_as_messages(request):
        operations.mark_reviewed(
            playbook, today=timezone.localdate(), by=request.user, at=timezone.now()
        )
    return redirect(playbook)


@require_http_methods(["GET", "HEAD", "POST"])
def playbook_doubt(request: SignedInRequest, slug: str) -> HttpResponse:
    """“It is not true any more”, and what is wrong with it."""
    require_author(request)
    playbook = get_object_or_404(Playbook, slug=slug)
    form = DoubtForm(request.POST or None, initial={"note": playbook.doubt})
    if form.is_valid():
        with domain_errors_as_messages(request):
            operations.doubt(
                playbook, note=form.cleaned_data["note"], by=request.user, at=timezone.now()
            )
        return drafts.saved(request, redirect(playbook))
    context = {"playbook": playbook, "form": form, "nav": "playbooks"}
    return render(request, "playbooks/playbook_doubt.html", context)
