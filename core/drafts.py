"""Headers that tell static/js/drafts.js that text kept in the browser has been saved."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

COOKIE = "draft_saved"


def saved(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Have the browser delete its copy of the form that was just posted, and say “Saved”.

    For forms with `data-draft-key="{{ request.user.pk }}{{ request.path }}"`, posted to their own
    address.
    """
    # Not httponly: a script of ours reads it. It holds nothing but an address.
    key = f"{request.user.pk}{request.path}"
    secure = request.is_secure()
    response.set_cookie(COOKIE, key, max_age=3600, samesite="Lax", secure=secure)
    return response
