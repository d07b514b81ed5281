"""The answer to a request that failed: 503 while the database or the disk does not work, else 500.

It asks nothing of database, session or cache, since any of them may be what has failed.
"""

from __future__ import annotations

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from accounts import typed_text
from accounts.views.typed_text import came_from_our_page
from core.outages import Outage, outage

_SENTENCES = {
    Outage.DATABASE: "The database is not responding at the moment.",
    Outage.DISK: "The server’s disk is full. An administrator has to free space.",
}


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for the exception that is being handled. Text that was being saved is given back."""
    found = outage(sys.exc_info()[1])
    if found is None:
        return HttpResponse(render_to_string("500.html"), status=500)
    response = _answer(request, _SENTENCES[found])
    response.status_code = 503
    response["Retry-After"] = str(found.value)
    return response


def _answer(request: HttpRequest, sentence: str) -> HttpResponse:
    by_script = request.headers.get("X-Requested-With") == "XMLHttpRequest"
    wants = request.headers.get("Accept", "")
    if by_script or ("application/json" in wants and "text/html" not in wants):
        return JsonResponse({"error": [f"{sentence} Nothing was saved. Try again."]})
    if request.headers.get("HX-Request") == "true" or request.path == "/health/":
        return HttpResponse(f"{sentence} Nothing was saved. Try again.\n", "text/plain")
    return HttpResponse(render_to_string("503.html", _context(request, sentence)))


def _context(request: HttpRequest, sentence: str) -> dict[str, Any]:
    context: dict[str, Any] = {"sentence": sentence, "path": request.get_full_path()}
    context["is_form"] = request.method == "POST"
    # What another site made the browser send is not shown, nor given a button of ours.
    if request.method != "POST" or not came_from_our_page(request):
        return context
    try:
        fields, files = typed_text.sent_fields(request), typed_text.sent_files(request)
    except Exception:  # noqa: BLE001 - what was sent cannot be read: the browser still has it
        return context
    shown = [(name, value) for name, value in fields if _is_text(name, value)]
    return context | {
        "shown": [
            (f"text-{n}", typed_text.in_words(name), name, value)
            for n, (name, value) in enumerate(shown)
        ],
        "hidden": [field for field in fields if field not in shown],
        "files": files,
        "csrf_token": get_token(request),
    }


def _is_text(name: str, value: str) -> bool:
    """Return True if a person wrote this: a text with a space in it, or of some length."""
    return typed_text.is_writing(name, value) and (len(value) > 40 or len(value.split()) > 1)
