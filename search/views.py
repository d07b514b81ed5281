"""The search page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
from search.query import MOST_COUNTED, Results, search
from search.syntax import MAX_CHARACTERS

PAGE = 20
MOST_PAGES = 50
EXAMPLES = ["certificate expired", '"no space left on device"', "dns or proxy", "database -staging"]


@dataclass(frozen=True)
class _Asked:
    """What the address asks for; whatever makes no sense in it is passed over."""

    text: str
    kind: str
    as_typed: bool
    page: int

    @classmethod
    def of(cls, request: SignedInRequest) -> _Asked:
        kind = request.GET.get("kind", "")
        return cls(
            text=request.GET.get("q", "").replace("\0", " ").strip()[:MAX_CHARACTERS],
            kind=kind if kind in Kind.values else "",
            as_typed="exact" in request.GET,
            page=_page_number(request.GET.get("page", "")),
        )

    @property
    def query(self) -> dict[str, str]:
        return {"q": self.text} | ({"exact": "1"} if self.as_typed else {})

    def page_url(self, page: int) -> str:
        narrowed = {"kind": self.kind} if self.kind else {}
        return reverse("search_results", query={**self.query, **narrowed, "page": str(page)})


@require_safe
@vary_on_headers("HX-Request")
def search_results(request: SignedInRequest) -> HttpResponse:
    """What the person may see of what they look for; the results alone for htmx."""
    asked = _Asked.of(request)
    results = search(
        asked.text,
        user=request.user,
        kind=asked.kind,
        limit=PAGE,
        offset=(asked.page - 1) * PAGE,
        as_typed=asked.as_typed,
    )
    context = {
        "query": asked.text,
        "kind": asked.kind,
        "live_search": True,
        "results": results,
        "rows": presentation.rows(results.hits, user=request.user),
        "facets": presentation.facets(results.counts, asked.query, asked.kind),
        "is_capped": results.total >= MOST_COUNTED,
        "as_typed_url": reverse("search_results", query={"q": asked.text, "exact": "1"}),
        "may_write": request.user.is_at_least(Role.AUTHOR),
        **_paging(asked, results),
        **_instead_of_results(asked, results),
    }
    fragment = request.htmx and not request.htmx.history_restore_request
    return render(
        request, "search/_results.html" if fragment else "search/search_results.html", context
    )


def _paging(asked: _Asked, results: Results) -> dict[str, str]:
    shown = results.counts.get(asked.kind, 0) if asked.kind else results.total
    has_more = shown > asked.page * PAGE and asked.page < MOST_PAGES
    return {
        "earlier_url": asked.page_url(asked.page - 1) if asked.page > 1 else "",
        "later_url": asked.page_url(asked.page + 1) if has_more else "",
    }


def _instead_of_results(asked: _Asked, results: Results) -> dict[str, Any]:
    """What helps where nothing was asked for, or nothing was found."""
    if not asked.text:
        return {"examples": _examples()}
    return {"patterns": [] if results.hits else _patterns_with_playbooks()}


def _page_number(text: str) -> int:
    return min(max(int(text), 1), MOST_PAGES) if text.isascii() and text.isdigit() else 1


def _examples() -> list[dict[str, str]]:
    return [
        {"text": text, "url": reverse("search_results", query={"q": text})} for text in EXAMPLES
    ]


def _patterns_with_playbooks() -> list[FailurePattern]:
    known = FailurePattern.objects.filter(playbooks__isnull=False).distinct()
    return list(known.prefetch_related("playbooks")[:12])
