"""Suggested failure patterns beside an incident, and the decisions about them."""

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
from core.seen_version import seen_version
from core.text import storable
from incidents.models import Incident, LinkState, PatternLink
from incidents.permissions import can_write
from incidents.views.writing.answers import writable_incident
from likeness.operations import UNDECIDED
from likeness.pattern_suggestions import quoted, suggestions
from likeness.views.incidents import visible_incident
from playbooks.models import FailurePattern
from recurrence.operations import pattern_links


@require_safe
@vary_on_headers("HX-Request")
def pattern_suggestions(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show failure patterns that may fit the incident, with sentences as evidence."""
    return _suggestions_answer(request, visible_incident(request.user, reference))


@require_POST
def pattern_suggestion_decide(request: SignedInRequest, reference: str) -> HttpResponse:
    """Confirm or dismiss a pattern for the incident, or withdraw that decision."""
    incident = writable_incident(request, reference)
    pattern = get_object_or_404(FailurePattern, slug=storable(request.POST.get("slug", "")))
    state = request.POST.get("state", "")
    words, link = "", None
    before = suggestions(incident) if request.htmx else []
    try:
        words, link = _decide(request, incident, pattern, state)
    except DomainError as error:
        messages.error(request, str(error))
    if not request.htmx:
        return redirect(f"{incident.get_absolute_url()}#patterns")
    more: dict[str, Any] = {"state": state, "words": words}
    more["version"] = link.version if link else pattern_links.NO_LINK
    offered = [*before, *(suggestions(incident) if state == UNDECIDED else [])]
    one = next((one for one in offered if one.slug == pattern.slug), None)
    if one is None or not words:
        return _suggestions_answer(request, incident, decided=pattern, **more)
    context = {"incident": incident, "can_edit": True, "one": one, **more}
    context["no_link"] = pattern_links.NO_LINK
    return render(request, "likeness/_suggestion_answered.html", context)


def _decide(
    request: SignedInRequest, incident: Incident, pattern: FailurePattern, state: str
) -> tuple[str, PatternLink | None]:
    """Carry out the decision; return the answer in words, and the current link."""
    how: dict[str, Any] = {"by": request.user, "at": timezone.now()}
    how["version"] = seen_version(request)
    if state == LinkState.CONFIRMED:
        evidence = quoted(incident, pattern.slug)
        link = pattern_links.link(incident, pattern, evidence=evidence, **how)
        return f"“{pattern}” linked, with these sentences as evidence.", link
    if state == LinkState.DISMISSED:
        link = pattern_links.dismiss(incident, pattern, **how)
        return f"“{pattern}” dismissed. It will not be suggested here again.", link
    if state == UNDECIDED:
        found = incident.pattern_links.filter(pattern=pattern).first()
        if found:
            pattern_links.unlink(found, **how)
        return f"“{pattern}” is undecided again.", None
    raise DomainError("Choose to confirm or dismiss the pattern.")


def _suggestions_answer(request: SignedInRequest, incident: Incident, **more: Any) -> HttpResponse:
    context = {
        "incident": incident,
        "can_edit": can_write(request.user) and not incident.is_archived,
        "suggestions": suggestions(incident),
        "no_link": pattern_links.NO_LINK,
        "nav": "incidents",
        **more,
    }
    if request.htmx:
        panel = render(request, "likeness/_suggestions.html", context)
        is_answer = request.method == "POST"  # of a row, which it would otherwise replace
        return reswap(retarget(panel, "#pattern-suggestions"), "outerHTML") if is_answer else panel
    return render(request, "likeness/pattern_suggestions.html", context)
