"""Similar incidents, beside an incident and while somebody is writing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import reswap, retarget

from accounts.requests import SignedInRequest
from core.errors import DomainError
from core.text import storable
from incidents.models import Incident
from incidents.permissions import can_write
from incidents.views.writing.answers import writable_incident
from likeness import operations
from likeness.draft import draft_sentences
from likeness.models import Verdict
from likeness.operations import UNDECIDED
from likeness.presentation import SimilarRow, link_offers, similar_rows
from likeness.similarity import similar_to, similar_to_text
from likeness.views.incidents import visible_incident
from recurrence.operations import pattern_links


@require_safe
@vary_on_headers("HX-Request")
def incident_similar(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show similar incidents with the reasons; the panel alone for htmx."""
    return _similar_answer(request, visible_incident(request.user, reference))


@require_POST
def incident_similar_decide(request: SignedInRequest, reference: str) -> HttpResponse:
    """Decide whether another incident is the same failure, or withdraw the verdict."""
    incident = writable_incident(request, reference)
    other = get_object_or_404(
        Incident.objects.visible_to(request.user), reference=storable(request.POST.get("other", ""))
    )
    verdict, seen = request.POST.get("verdict", ""), request.POST.get("seen", "")
    said: dict[str, Any] = {}
    try:
        if verdict == UNDECIDED:
            operations.withdraw(incident, other, seen=seen, by=request.user)
        else:
            operations.decide(
                incident, other, verdict, seen=seen, by=request.user, at=timezone.now()
            )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        offers = link_offers(incident, other) if verdict == Verdict.SAME else []
        said = {"said": _answer_text(request, verdict, other), "offers": offers}
    if not request.htmx:
        return redirect(f"{incident.get_absolute_url()}#similar-incidents")
    return _similar_row_answer(request, incident, other, said) or _similar_answer(request, incident)


def _similar_row_answer(
    request: SignedInRequest, incident: Incident, other: Incident, said: dict[str, Any]
) -> HttpResponse | None:
    """Return the row of `other` alone, with the answer: it stays where it was on the page, with the
    same buttons, so that a second press hits no other row. None if there is no such row."""
    found = similar_to(incident, request.user)
    listed = [*similar_rows(found.similar), *similar_rows(found.dismissed)]
    row = next((one for one in listed if one.reference == other.reference), None)
    if row is None or not said:
        return None
    was = request.POST.get("was", "")
    context = {
        "incident": incident,
        "can_edit": True,
        "row": row,
        "was": was if was in (UNDECIDED, *Verdict.values) else UNDECIDED,
        "no_link": pattern_links.NO_LINK,
        **said,
    }
    return render(request, "likeness/_similar_answered.html", context)


def _answer_text(request: SignedInRequest, verdict: str, other: Incident) -> dict[str, str]:
    """Return the answer in words, and the verdict that undoes it; an undo is not undone again."""
    was = request.POST.get("was", "")
    undo = was if was in Verdict.values else UNDECIDED
    words = {
        Verdict.SAME: f"{other.reference} marked as the same failure, for everybody.",
        Verdict.DIFFERENT: f"{other.reference} dismissed, for everybody.",
        UNDECIDED: f"{other.reference} is undecided again.",
    }
    is_undone = "is_undo" in request.POST
    said = {"words": words.get(verdict, ""), "verdict": verdict}
    return said | {"undo": "" if is_undone else undo}


def _similar_answer(request: SignedInRequest, incident: Incident, **more: Any) -> HttpResponse:
    found = similar_to(incident, request.user)
    context = {
        "incident": incident,
        "can_edit": can_write(request.user) and not incident.is_archived,
        "similar": similar_rows(found.similar),
        "dismissed": similar_rows(found.dismissed),
        "no_link": pattern_links.NO_LINK,
        "nav": "incidents",
        **more,
    }
    if request.htmx:
        panel = render(request, "likeness/_similar.html", context)
        is_answer = request.method == "POST"  # of a row, which it would otherwise replace
        return reswap(retarget(panel, "#similar-incidents"), "outerHTML") if is_answer else panel
    return render(request, "likeness/incident_similar.html", context)


@require_POST
def similar_while_writing(request: SignedInRequest) -> HttpResponse:
    """Show incidents similar to the text being typed. Nothing of it is stored."""
    text, of = draft_sentences(request.POST, request.user)
    shown: list[SimilarRow] = (
        similar_rows(similar_to_text(text, request.user, but=of).similar) if text else []
    )
    return render(request, "likeness/_while_writing.html", {"similar": shown})


similar_while_writing.asked_in_passing = True  # type: ignore[attr-defined]
