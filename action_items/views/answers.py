"""Shared parts of the pages of one action item: finding it, and the answer to a save.

Each form opens in place in a list or on an incident page, and is a page of its own without
JavaScript. `place` says which: `incident`, `list`, `board`, `home`, or empty for the item's own
page.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import reswap, retarget

from accounts.requests import SignedInRequest
from action_items.operations import action_items
from action_items.reminders import policy_store
from action_items.views.incident_part import action_items_context
from action_items.views.rows import rows
from core import drafts
from core.errors import DomainError
from incidents.models import ActionItem

# Places that show an item, with the template for it.
_PLACES = {
    "incident": "action_items/_row.html",
    "list": "action_items/_list_row.html",
    "board": "action_items/_board_card.html",
    "home": "action_items/_row.html",
}

# Form fields for each error; the first one that the form has is used.
_FIELDS: dict[type[DomainError], tuple[str, ...]] = {
    action_items.EvidenceMissing: ("evidence",),
    action_items.VerifierRefused: ("verified_by",),
    action_items.ReasonMissing: ("due_reason", "reason"),
    action_items.RiskMissing: ("accepted_risk",),
    action_items.ReReviewRefused: ("re_review_on",),
    action_items.OpenParts: ("leave_parts_open",),
    action_items.StillWaits: ("despite_waits",),
    action_items.DueRefused: ("due_on",),
    action_items.SnoozeRefused: ("until",),
    action_items.OwnerMayNotSee: ("owner_choice", "owner"),
    action_items.PartRefused: ("parent", "into"),
}


def field_of(error: DomainError, form: BaseForm) -> str | None:
    """Return the field of `form` that `error` is about; None if it is about the whole form."""
    return next((name for name in _FIELDS.get(type(error), ()) if name in form.fields), None)


def item_or_404(request: SignedInRequest, pk: int) -> ActionItem:
    items = ActionItem.objects.visible_to(request.user)
    return get_object_or_404(items.select_related("incident", "owner", "owner_team"), pk=pk)


def place_of(request: SignedInRequest) -> str:
    asked = request.POST.get("place") or request.GET.get("place", "")
    return asked if asked in _PLACES else ""


def is_in_place(request: SignedInRequest) -> bool:
    return bool(request.htmx and place_of(request))


def moved_on(request: SignedInRequest, item: ActionItem) -> HttpResponse:
    """Answer a successful save: show the item again in its place."""
    return drafts.saved(request, _shown_again(request, item))


def _shown_again(request: SignedInRequest, item: ActionItem) -> HttpResponse:
    place = place_of(request)
    if request.htmx and place == "incident":
        context = action_items_context(request.user, item.incident)
        answer = render(request, "action_items/_action_items.html", context)
        return reswap(retarget(answer, "#action-items"), "outerHTML")
    if request.htmx and place in ("list", "home"):
        return row_of(request, item.pk)
    if request.htmx and place == "board":
        return redirect(list_address(request))
    if place == "incident":
        return redirect(f"{item.incident.get_absolute_url()}#action-items")
    return redirect("home") if place == "home" else redirect(item)


def row_of(request: SignedInRequest, pk: int) -> HttpResponse:
    place = place_of(request)
    found = ActionItem.objects.visible_to(request.user).filter(pk=pk)
    policy = policy_store.current() if place == "home" else None
    row = next(iter(rows(found, request.user, timezone.localdate(), policy=policy)), None)
    if row is None:
        raise Http404
    template = _PLACES.get(place, "action_items/_row.html")
    return render(request, template, {"row": row, "place": place})


def list_address(request: SignedInRequest) -> str:
    """Return the address of the list, with the filters in `back` or in the browser's address.

    Only the query string is used.
    """
    query = request.POST.get("back", request.GET.get("back"))
    if query is None and request.htmx:
        query = urlsplit(request.htmx.current_url or "").query
    return f"{reverse('action_item_list')}?{query or ''}"


def form_page(request: SignedInRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """Render the form `name`, in place or as a page; with status 422 if it has errors."""
    in_place = is_in_place(request)
    template = f"action_items/_{name}.html" if in_place else f"action_items/{name}.html"
    context |= {"place": place_of(request), "in_place": in_place, "nav": "action_items"}
    bound = context["form"].is_bound
    return render(request, template, context, status=422 if bound else 200)
