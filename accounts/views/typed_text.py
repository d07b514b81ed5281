"""Giving back what somebody typed before the session ended."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import typed_text


@require_safe
@never_cache
def resume(request: HttpRequest) -> HttpResponse:
    """Show the kept forms, each with a button that sends it to its target again."""
    kept = typed_text.kept_for(request)
    if not kept:
        return redirect("home")
    return render(request, "accounts/resume.html", {"kept": kept})


@require_POST
def resume_discard(request: HttpRequest) -> HttpResponse:
    typed_text.discard(request, request.POST.get("path", ""))
    return redirect("resume")


def came_from_our_page(request: HttpRequest) -> bool:
    """Tell whether the browser says that the form was on a page of this site."""
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return "://" in origin and url_has_allowed_host_and_scheme(
        origin, {request.get_host()}, require_https=request.is_secure()
    )


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from before somebody signed in or out: keep its text, and give it back.

    Only for a form that stood on our own page: what another site made the browser send is
    neither kept nor shown.
    """
    if request.headers.get("Accept") == "application/json":
        sentence = "This page is from before you signed in again. Reload it."
        return JsonResponse({"error": "csrf", "message": sentence}, status=403)
    kept = False
    if request.method == "POST" and came_from_our_page(request):
        kept = typed_text.keep(request, at=timezone.now())
    if getattr(request, "htmx", False) and kept:
        return HttpResponse(headers={"HX-Redirect": "/resume/"})
    return render(request, "403_csrf.html", {"kept": kept}, status=403)
