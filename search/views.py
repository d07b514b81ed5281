"""The search page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import Role
from accounts.requests import SignedInRequest
from playbooks.models import FailurePattern
from search import presentation
from search.models import Kind
from search.query import MOST_COUNTED, search
from search.syntax import MAX_CHARACTERS

PAGE = 20
MOST_PAGES = 50
EXAMPLES = ["certificate expired", '"no space left on device"', "dns or proxy", "database -staging"]


@require_safe
@vary_on_headers("HX-Request")
def search_results(request: SignedInRequest) -> HttpResponse:
    """What the person may see of what they look for; the results alone for htmx."""
    text = request.GET.get("q", "").replace("\0", " ").strip()[:MAX_CHARACTERS]
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else ""
    as_typed = "exact" in request.GET
    page = _page_number(request.GET.get("page", ""))
    results = search(
        text,
        user=request.user,
        kind=kind,
        limit=PAGE,
        offset=(page - 1) * PAGE,
        as_typed=as_typed,
    )
    asked = {"q": text} | ({"exact": "1"} if as_typed else {})
    shown = results.counts.get(kind, 0) if kind else results.total
    context = {
        "query": text,
        "kind": kind,
        "live_search": True,
        "results": results,
        "rows": presentation.rows(results.hits, user=request.user),
        "facets": presentation.facets(results.counts, asked, kind),
        "is_capped": results.total >= MOST_COUNTED,
        "as_typed_url": reverse("search_results", query={"q": text, "exact": "1"}),
        "earlier_url": _page_url(asked, kind, page - 1) if page > 1 else "",
        "later_url": _page_url(asked, kind, page + 1)
        if shown > page * PAGE and page < MOST_PAGES
        else "",
        "examples": [] if text else _examples(),
        "patterns": [] if results.hits or not text else _patterns_with_playbooks(),
        "may_write": request.user.is_at_least(Role.AUTHOR),
    }
    fragment = request.htmx and not request.htmx.history_restore_request
    return render(
        request, "search/_results.html" if fragment else "search/search_results.html", context
    )


def _page_number(text: str) -> int:
    return min(max(int(text), 1), MOST_PAGES) if text.isascii() and text.isdigit() else 1


def _page_url(asked: dict[str, str], kind: str, page: int) -> str:
    narrowed = {"kind": kind} if kind else {}
    return reverse("search_results", query={**asked, **narrowed, "page": str(page)})


def _examples() -> list[dict[str, str]]:
    return [
        {"text": text, "url": reverse("search_results", query={"q": text})} for text in EXAMPLES
    ]


def _patterns_with_playbooks() -> list[FailurePattern]:
    known = FailurePattern.objects.filter(playbooks__isnull=False).distinct()
    return list(known.prefetch_related("playbooks")[:12])
