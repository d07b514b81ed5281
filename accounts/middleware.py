"""Middleware that sets the time zone and keeps text that must not be lost."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import typed_text

GetResponse = Callable[[HttpRequest], HttpResponse]


class TimeZoneMiddleware:
    """Shows every time in the zone that the person chose in the profile."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            with timezone.override(zoneinfo.ZoneInfo(request.user.time_zone)):
                return self.get_response(request)
        return self.get_response(request)


class KeepTypedTextMiddleware:
    """Keeps what somebody posted after the session had ended, until they have signed in again.

    Fragments are answered too: htmx is told to show the sign-in page whole instead of putting
    it into the page, and other scripts get a plain 401. What a page asks by itself while somebody
    types (`asked_in_passing` on the view) is answered with nothing: it must not take them away
    from a form that they have not sent.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            typed_text.remember_person(request, response, request.user)
            again = request.method == "POST" and request.POST.get(typed_text.POSTED_AGAIN)
            if again and response.status_code < 400:
                typed_text.discard(request, again)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_: Any
    ) -> HttpResponse | None:
        if request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        by_htmx = bool(getattr(request, "htmx", False))
        if not by_htmx and request.headers.get("X-Requested-With") == "XMLHttpRequest":
            return _signed_out(request)
        if by_htmx and getattr(view, "asked_in_passing", False):
            return HttpResponse(status=204)
        if request.method == "POST" and not getattr(view, "holds_no_text", False):
            kept = typed_text.keep(request, at=timezone.now())
            return _to_sign_in(resolve_url("resume") if kept else _page_of(request), by_htmx)
        return _to_sign_in(_page_of(request), by_htmx) if by_htmx else None


def _signed_out(request: HttpRequest) -> HttpResponse:
    """Answer a script, in JSON if it asks for that."""
    sentence = "Your session has expired. Sign in again."
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"error": "signed_out", "message": sentence}, status=401)
    return HttpResponse(sentence, status=401)


def _page_of(request: HttpRequest) -> str:
    """The page that the person was looking at, as a path on this site."""
    current = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if url_has_allowed_host_and_scheme(current, {request.get_host()}):
        parts = urlsplit(current)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def _to_sign_in(next_page: str, by_htmx: bool) -> HttpResponse:
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': next_page})}"
    if by_htmx:
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
