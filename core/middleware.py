"""Middleware for every request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from core.markdown import page_budget


def addresses_without_nul(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """An address with a NUL in its path leads nowhere: no name in the database may hold one, and
    asking for it is an error there."""

    def answer(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        return get_response(request)

    return answer


def private_answers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Forbid caching of every answer, except where a view says otherwise: after signing out, Back
    in the browser must not show pages again. Static files are served before this is reached."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

    return answer


def bounded_markdown(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let all Markdown that a request renders share one budget, so a page of many costly texts
    takes no longer than a few of them. What is cached costs nothing."""

    def answer(request: HttpRequest) -> HttpResponse:
        with page_budget():
            return get_response(request)

    return answer
