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
from search.criteria import MAX_PAGES, Criteria, criteria_from_params
from search.engine import Results, search
from search.models import SavedSearch
from search.track_record import track_record

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
    """Show the results that the user may see; for htmx the results alone.

    The facets load afterwards, from `search_facets`; with `?facets=1`, for browsers without
    JavaScript, at once.
    """
    criteria = criteria_from_params(request.GET, user=request.user, today=timezone.localdate())
    is_part = bool(request.htmx and not request.htmx.history_restore_request)
    results = _results(criteria, request)
    context = {
        # A fragment answers while the box is edited, so it must not repeat the text of the box.
        "box": criteria.box if is_part else criteria.words,
        "kept": criteria.from_address if is_part else criteria.fields,
        "live_search": True,
        "may_write": request.user.is_at_least(Role.AUTHOR),
        **_answer(criteria, results, request),
        **_paging(criteria, results),
        **_instead_of_results(criteria, results, request),
    }
    if is_part:
        return render(request, "search/_results.html", context)
    if criteria and "facets" in request.GET:
        context["groups"] = _groups(criteria, request)
    return render(request, "search/search_results.html", context)


@require_safe
def search_facets(request: SignedInRequest) -> HttpResponse:
    """Show the facets with their counts."""
    criteria = criteria_from_params(request.GET, user=request.user, today=timezone.localdate())
    context = {"groups": _groups(criteria, request), "criteria": criteria}
    return render(request, "search/search_facets.html", context)


def _results(criteria: Criteria, request: SignedInRequest) -> Results:
    if not criteria:
        return Results()
    return search(
        criteria.search_text,
        user=request.user,
        filters=criteria.filters,
        sort=criteria.sort,
        limit=PAGE,
        offset=(criteria.page - 1) * PAGE,
        as_typed=criteria.as_typed,
    )


def _answer(criteria: Criteria, results: Results, request: SignedInRequest) -> dict[str, Any]:
    """Return the query, how it was understood, and its results."""
    # Sorted by date, complete and partial matches are mixed.
    complete = results.complete if criteria.sort == "relevance" else 0
    return {
        "query": criteria.words,
        "criteria": criteria,
        "results": results,
        "rows": presentation.result_rows(
            results.hits, user=request.user, today=timezone.localdate(), complete=complete
        ),
        "count": refinements.count_text(results.total),
        "chips": refinements.chips(criteria),
        "sorts": refinements.sort_links(criteria),
        "notices": refinements.notices(criteria),
        "facets_url": criteria.url("search_facets"),
        "save_url": criteria.url("saved_search_add"),
        "as_typed_url": replace(criteria, as_typed=True, page=1).url(),
    }


def _groups(criteria: Criteria, request: SignedInRequest) -> list[refinements.FacetGroup]:
    today = timezone.localdate()
    counts = counting.counts(
        criteria.search_text,
        user=request.user,
        filters=criteria.filters,
        as_typed=criteria.as_typed,
        since=refinements.period_starts(today),
    )
    return refinements.facet_groups(criteria, counts, today)


def _paging(criteria: Criteria, results: Results) -> dict[str, str]:
    has_more = results.total > criteria.page * PAGE and criteria.page < MAX_PAGES
    return {
        "earlier_url": replace(criteria, page=criteria.page - 1).url() if criteria.page > 1 else "",
        "later_url": replace(criteria, page=criteria.page + 1).url() if has_more else "",
    }


def _instead_of_results(
    criteria: Criteria, results: Results, request: SignedInRequest
) -> dict[str, Any]:
    """Return help for an empty query or an empty result."""
    if not criteria:
        examples = [{"text": text, "url": Criteria(words=text).url()} for text in EXAMPLES]
        return {"examples": examples, "saved": SavedSearch.objects.of(request.user)}
    return {"patterns": [] if results.hits else _patterns_with_playbooks(request)}


def _patterns_with_playbooks(request: SignedInRequest) -> list[FailurePattern]:
    """Return at most 12 patterns that have playbooks, the most often met first."""
    in_use = Playbook.objects.current()
    found = FailurePattern.objects.current().filter(playbooks__in=in_use).distinct()
    patterns = list(found.prefetch_related(Prefetch("playbooks", queryset=in_use)))
    known = track_record([pattern.pk for pattern in patterns], [], request.user)
    return sorted(patterns, key=lambda one: (-known.times_met(one.pk), one.name))[:12]
