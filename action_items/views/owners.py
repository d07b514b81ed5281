"""Suggestions of owners while typing."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import SignedInRequest
from action_items.forms.owners import offers


@require_GET
def owner_offers(request: SignedInRequest) -> HttpResponse:
    """Suggest people, and teams if allowed, whose names match the text in a field."""
    typed = request.GET.get(request.GET.get("field", ""), "")[:200]
    names = offers(typed, teams="teams" in request.GET)
    return render(request, "action_items/_owner_offers.html", {"names": names})


owner_offers.asked_in_passing = True  # type: ignore[attr-defined]
