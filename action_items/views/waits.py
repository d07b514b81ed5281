"""Choosing the action items that one waits for."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from action_items.operations import action_items
from action_items.permissions import can_progress
from action_items.views.answers import item_or_404
from action_items.views.item_page import related
from core.errors import DomainError, domain_errors_as_messages
from core.text import one_line
from incidents import permissions
from incidents.models import ActionItem

_SHOWN = 20


@require_http_methods(["GET", "POST"])
def action_item_wait(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose an item to wait for, from the same incident or by words of a title."""
    item = item_or_404(request, pk)
    allowed = can_progress(request.user, item)
    permissions.require(allowed, "Only authors and its owner may change an action item.")
    asked = one_line(request.GET.get("q", ""))[:200]
    refused = ""
    if request.method == "POST":
        try:
            action_items.wait_for(item, _other(request), by=request.user, at=timezone.now())
        except DomainError as error:
            refused = str(error)
        else:
            return redirect(item)
    context = {
        "item": item,
        "q": asked,
        "refused": refused,
        "found": related(_offered(request, item, asked), item, timezone.localdate()),
        "nav": "action_items",
    }
    status = 422 if refused else 200
    return render(request, "action_items/action_item_wait.html", context, status=status)


def _other(request: SignedInRequest) -> ActionItem:
    """Return the item named in the form, with key 0 if there is none."""
    key = request.POST.get("other", "")
    is_key = key.isascii() and key.isdigit() and len(key) < 19
    return ActionItem(pk=int(key) if is_key else 0)


def _offered(request: SignedInRequest, item: ActionItem, asked: str) -> QuerySet[ActionItem]:
    """Return open items to wait for: with all words in the title, or of the same incident."""
    found = ActionItem.objects.visible_to(request.user).open().exclude(pk=item.pk)
    found = found.exclude(dependents__item=item).select_related("incident")
    if not asked:
        return found.filter(incident=item.incident_id).order_by("position")[:_SHOWN]
    for word in asked.split()[:8]:
        found = found.filter(title__icontains=word)
    return found.order_by("-pk")[:_SHOWN]


@require_POST
def action_item_stop_waiting(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a dependency."""
    item = item_or_404(request, pk)
    with domain_errors_as_messages(request):
        action_items.stop_waiting(item, _other(request), by=request.user, at=timezone.now())
        messages.success(request, "Dependency removed.")
    return redirect(item)
