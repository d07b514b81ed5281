"""Turning reminders off from a mail, without signing in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import operations
from messaging import unsubscribing


@login_not_required
@never_cache
@csrf_exempt  # mail programs post here by themselves (RFC 8058); the token is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before turning off: a mail scanner that opens the link changes nothing."""
    person = unsubscribing.person_of(token)
    if person is None:
        return render(request, "messaging/unsubscribe.html", {"person": None}, status=410)
    is_done = request.method == "POST"
    if is_done:
        operations.turn_off_reminders(person)
    return render(request, "messaging/unsubscribe.html", {"person": person, "is_done": is_done})


unsubscribe.holds_no_text = True  # type: ignore[attr-defined]
