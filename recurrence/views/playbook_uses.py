"""Uses of playbooks in incidents, and their outcomes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from incidents.models import Outcome, PlaybookUse
from incidents.views.writing.answers import FORM, form_answer, saved_part, writable_incident
from playbooks.models import Playbook
from recurrence.analytics import Success, success_of
from recurrence.forms.playbook_uses import PlaybookUseForm
from recurrence.operations import playbook_uses

_LATEST, _MOST = 5, 100


@require_http_methods(FORM)
def playbook_use_new(request: SignedInRequest, reference: str) -> HttpResponse:
    """Record the use of a playbook in the incident, and its outcome."""
    incident = writable_incident(request, reference)
    chosen = {"playbook": request.GET.get("playbook", "")}
    form = PlaybookUseForm(
        request.POST or None, initial=chosen, incident=incident, auto_id="new-use-%s"
    )
    if form.is_valid():
        said = form.cleaned_data
        playbook_uses.record(
            incident,
            said["playbook"],
            outcome=Outcome(said["outcome"]),
            note=said["note"],
            by=request.user,
            at=timezone.now(),
        )
        return saved_part(request, incident, "patterns")
    return form_answer(
        request, "playbook_use_new", form, incident=incident, place="patterns", folder="recurrence"
    )


@require_safe
def playbook_uses_panel(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show how often a playbook helped in incidents that the person may see."""
    playbook = get_object_or_404(Playbook, slug=slug)
    context = uses_context(request.user, playbook, shown=_MOST)
    if request.htmx:
        return render(request, "recurrence/_playbook_uses_panel.html", context)
    return render(request, "recurrence/playbook_uses_panel.html", context | {"nav": "playbooks"})


def uses_context(user: User, playbook: Playbook, shown: int = _LATEST) -> dict[str, Any]:
    """Return the context of `_playbook_uses_panel.html`: outcomes, and the `shown` latest uses.

    Limited to uses that `user` may see. Two queries.
    """
    success = success_of([playbook.pk], user).get(playbook.pk, Success())
    visible = PlaybookUse.objects.visible_to(user).filter(playbook=playbook)
    latest = visible.select_related("incident", "used_by", "run").order_by("-used_at", "-pk")
    return {
        "playbook": playbook,
        "success": success,
        "outcomes": [
            (outcome.value, outcome.label, number)
            for outcome, number in zip(
                Outcome, (success.helped, success.partly, success.failed), strict=True
            )
            if number
        ],
        "latest": latest[:shown],
        "has_more_uses": success.total > shown,
    }
