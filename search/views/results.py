"""The search page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import Role
from accounts.requests import SignedInRequest
from playbooks.models import FailurePattern, Playbook
from search import facets as counting
from search import presentation, refinements
from search.criteria import MOST_PAGES, Asked, ask
from search.engine import Results, search
from search.models import SavedSearch
from search.track_record import experience

PAGE = 20
EXAMPLES = [
    "certificate expired",
    '"no space left on device"',
    "dns or proxy",
    "database severity:sev1",
    "kind:action status:open",
    "deploy since:1y",
]


@require_safe
@vary_on_headers("HX-Request")
def search_results(request: SignedInRequest) -> HttpResponse:
    """What the person may see of what they look for; the results alone for htmx.

    The facets come after the results, from `search_facets`; with `?facets=1`, for whoever has no
    JavaScript, at once.
    """
    asked = ask(request.GET, user=request.user, today=timezone.localdate())
    is_part = bool(request.htmx and not request.htmx.history_restore_request)
    results = _results(asked, request)
    context = {
        # A part answers while the box is typed into: what the box says is not said a second time.
        "box": asked.box if is_part else asked.words,
        "kept": asked.from_address if is_part else asked.fields,
        "live_search": True,
        "may_write": request.user.is_at_least(Role.AUTHOR),
        **_answer(asked, results, request),
        **_paging(asked, results),
        **_instead_of_results(asked, results, request),
    }
    if is_part:
        return render(request, "search/_results.html", context)
    if asked and "facets" in request.GET:
        context["groups"] = _groups(asked, request)
    return render(request, "search/search_results.html", context)


@require_safe
def search_facets(request: SignedInRequest) -> HttpResponse:
    """What the results can be narrowed to, counted."""
    asked = ask(request.GET, user=request.user, today=timezone.localdate())
    context = {"groups": _groups(asked, request), "asked": asked}
    return render(request, "search/search_facets.html", context)


def _results(asked: Asked, request: SignedInRequest) -> Results:
    if not asked:
        return Results()
    return search(
        asked.sought,
        user=request.user,
        filters=asked.filters,
        sort=asked.sort,
        limit=PAGE,
        offset=(asked.page - 1) * PAGE,
        as_typed=asked.as_typed,
    )


def _answer(asked: Asked, results: Results, request: SignedInRequest) -> dict[str, Any]:
    """What was asked, how it was understood, and what was found."""
    # By date, what holds all the words stands among what holds some of them.
    complete = results.complete if asked.sort == "relevance" else 0
    return {
        "query": asked.words,
        "asked": asked,
        "results": results,
        "rows": presentation.rows(
            results.hits, user=request.user, today=timezone.localdate(), complete=complete
        ),
        "count": refinements.counted(results.total),
        "chips": refinements.chips(asked),
        "sorts": refinements.sorts(asked),
        "notices": refinements.notices(asked),
        "facets_url": asked.url("search_facets"),
        "save_url": asked.url("saved_search_add"),
        "as_typed_url": replace(asked, as_typed=True, page=1).url(),
    }


def _groups(asked: Asked, request: SignedInRequest) -> list[refinements.Group]:
    today = timezone.localdate()
    counts = counting.counts(
        asked.sought,
        user=request.user,
        filters=asked.filters,
        as_typed=asked.as_typed,
        since=refinements.days(today),
    )
    return refinements.groups(asked, counts, today)


def _paging(asked: Asked, results: Results) -> dict[str, str]:
    has_more = results.total > asked.page * PAGE and asked.page < MOST_PAGES
    return {
        "earlier_url": replace(asked, page=asked.page - 1).url() if asked.page > 1 else "",
        "later_url": replace(asked, page=asked.page + 1).url() if has_more else "",
    }


def _instead_of_results(asked: Asked, results: Results, request: SignedInRequest) -> dict[str, Any]:
    """What helps where nothing was asked for, or nothing was found."""
    if not asked:
        examples = [{"text": text, "url": Asked(words=text).url()} for text in EXAMPLES]
        return {"examples": examples, "saved": SavedSearch.objects.of(request.user)}
    return {"patterns": [] if results.hits else _patterns_with_playbooks(request)}


def _patterns_with_playbooks(request: SignedInRequest) -> list[FailurePattern]:
    """Return at most 12 patterns that have playbooks, the ones met most often first."""
    in_use = Playbook.objects.current()
    found = FailurePattern.objects.current().filter(playbooks__in=in_use).distinct()
    patterns = list(found.prefetch_related(Prefetch("playbooks", queryset=in_use)))
    known = experience([pattern.pk for pattern in patterns], [], request.user)
    return sorted(patterns, key=lambda one: (-known.times_met(one.pk), one.name))[:12]
