"""Pages of saved searches."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from core.errors import DomainError
from search import operations
from search.criteria import criteria_from_params
from search.forms import SavedSearchForm
from search.models import SavedSearch

FORM = ("GET", "HEAD", "POST")
_NAME = 60


@require_safe
def saved_search_list(request: SignedInRequest) -> HttpResponse:
    """Show the user's saved searches with their feeds, and those that others share."""
    context = {
        "own": SavedSearch.objects.of(request.user),
        "shared": SavedSearch.objects.shared_with(request.user).select_related("owner")[:200],
        "site": settings.SITE_URL,
    }
    return render(request, "search/saved_search_list.html", context)


@require_http_methods(FORM)
def saved_search_add(request: SignedInRequest) -> HttpResponse:
    """Save the search in the URL under a name."""
    criteria = criteria_from_params(request.GET, user=request.user, today=timezone.localdate())
    initial = {"name": criteria.text[:_NAME], "text": criteria.text}
    form = SavedSearchForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            kept = operations.save(
                **form.cleaned_data, sort=criteria.sort, by=request.user, at=timezone.now()
            )
        except DomainError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"Saved as “{kept.name}”. It has a feed, too.")
            return redirect("saved_search_list")
    return render(
        request,
        "search/saved_search_add.html",
        {"form": form, "criteria": criteria},
        status=_status(form),
    )


@require_http_methods(FORM)
def saved_search_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change the name, text and sharing of a saved search."""
    kept = get_object_or_404(SavedSearch.objects.of(request.user), pk=pk)
    initial = {"name": kept.name, "text": kept.text, "is_shared": kept.is_shared}
    form = SavedSearchForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            operations.edit(kept, **form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as error:
            form.add_error("name", str(error))
        else:
            return redirect("saved_search_list")
    return render(
        request,
        "search/saved_search_edit.html",
        {"form": form, "saved": kept},
        status=_status(form),
    )


@require_http_methods(FORM)
def saved_search_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, then delete the search and end its feed."""
    kept = get_object_or_404(SavedSearch.objects.of(request.user), pk=pk)
    if request.method == "POST":
        operations.delete(kept, by=request.user, at=timezone.now())
        messages.success(request, f"“{kept.name}” deleted. Its feed tells its readers.")
        return redirect("saved_search_list")
    return render(request, "search/saved_search_delete.html", {"saved": kept})


@require_POST
def saved_search_feed_renew(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the feed a new address."""
    kept = get_object_or_404(SavedSearch.objects.of(request.user), pk=pk)
    operations.renew_feed(kept, by=request.user, at=timezone.now())
    messages.success(request, f"The feed of “{kept.name}” has a new address; the old one ended.")
    return redirect("saved_search_list")


def _status(form: SavedSearchForm) -> int:
    return 422 if form.is_bound else 200
