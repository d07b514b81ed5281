"""Changes of one action item from a list, the board or its own page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from action_items.forms.changes import RowForm
from action_items.operations import action_items
from action_items.views.answers import list_address
from action_items.views.moves import asked, progressable
from core.errors import domain_errors_as_messages
from core.seen_version import seen_version
from incidents.models import CLOSED, ActionItemStatus


@require_http_methods(["GET", "POST"])
def action_item_change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Edit status, priority, owner and due date, in the row or on a page of its own."""
    item = progressable(request, pk, "change")
    form = RowForm(request.POST or None, item=item)

    def change(said: dict[str, Any]) -> str:
        action_items.change(
            item,
            to=form.change(),
            version=said["version"],
            by=request.user,
            at=timezone.now(),
        )
        return f"“{item.title}” is changed."

    return asked(request, "action_item_change", item, form, change)


@require_POST
def action_item_move(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move the item to another status, from the board or its own page.

    Done and “won't do” need more, and redirect to their own forms.
    """
    item = progressable(request, pk, "move")
    to = request.POST.get("to", "")
    if to in CLOSED and item.is_open:
        name = "complete" if to == ActionItemStatus.DONE else "decline"
        return redirect(f"action_item_{name}", pk=pk)
    # In the address, because the buttons of the board share one form.
    version = seen_version(request, sent=request.GET)
    with domain_errors_as_messages(request):
        moved = action_items.bring(item, to=to, version=version, by=request.user, at=timezone.now())
        messages.success(request, f"“{item.title}”: {moved.get_status_display()}.")
    on_board = "back" in request.POST or request.htmx
    return redirect(list_address(request) if on_board else item)
