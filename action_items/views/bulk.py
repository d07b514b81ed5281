"""Bulk changes of action items: a preview first, then the result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from action_items.forms.changes import BulkForm
from action_items.operations import action_items
from action_items.operations.action_items import BulkChange, Change, Foreseen
from action_items.views.answers import list_address
from incidents.models import ActionItem

MOST = 100  # items in one bulk change


@dataclass(frozen=True)
class Seen:
    """An item with the version that the person saw before confirming."""

    item: ActionItem
    version: int | None


@require_http_methods(["GET", "POST"])
def action_item_bulk(request: SignedInRequest) -> HttpResponse:
    """Change the selected items.

    Selection and change are in the address: without a change the page asks for one, with one it
    previews the effects, and confirming applies it.
    """
    asked = request.POST if request.method == "POST" else request.GET
    seen = _selected(request, asked)
    given = any(asked.get(name) for name in BulkForm.base_fields)
    form = BulkForm(asked if given else None)
    change = form.change() if given and form.is_valid() else Change()
    context: dict[str, Any] = {
        "form": form,
        "seen": seen,
        "left_out": max(len(asked.getlist("item")) - len(seen), 0),
        "most": MOST,
        "back": asked.get("back", ""),
        "back_url": list_address(request),
        "nav": "action_items",
    }
    if request.method == "POST" and not change.is_empty:
        context["done"] = _apply(request, seen, change)
        return render(request, "action_items/action_item_bulk.html", context)
    if not change.is_empty:
        items = [one.item for one in seen]
        found = action_items.foresee(items, change, by=request.user, today=timezone.localdate())
        context |= _foreseen(found)
    return render(
        request,
        "action_items/action_item_bulk.html",
        context,
        status=422 if given and form.errors else 200,
    )


def _selected(request: SignedInRequest, asked: QueryDict) -> list[Seen]:
    """Return the selected items that the person may see, in that order, at most a hundred.

    A selection is `pk`, or `pk:version` once the person has seen the preview.
    """
    wanted: dict[int, int | None] = {}
    for raw in asked.getlist("item")[:MOST]:
        pk, _, version = raw.partition(":")
        if pk.isascii() and pk.isdigit() and len(pk) < 19:
            known = version.isascii() and version.isdigit() and len(version) < 10
            wanted[int(pk)] = int(version) if known else None
    found = ActionItem.objects.visible_to(request.user).filter(pk__in=wanted)
    by_pk = found.select_related("incident", "owner", "owner_team").order_by().in_bulk()
    return [Seen(by_pk[pk], version) for pk, version in wanted.items() if pk in by_pk]


def _foreseen(found: list[Foreseen]) -> dict[str, Any]:
    return {
        "changing": [one for one in found if one.changes],
        "same": [one for one in found if not one.changes and not one.why_not],
        "refused": [one for one in found if one.why_not],
    }


def _apply(request: SignedInRequest, seen: list[Seen], change: Change) -> BulkChange:
    """Apply the change to each item on its own; items that were saved since the preview stay as
    they are.
    """
    versions = {one.item.pk: one.version for one in seen}
    do = partial(action_items.change, to=change, by=request.user, at=timezone.now())
    return action_items.each(
        [one.item for one in seen],
        lambda item: do(item, version=versions[item.pk] or 0),  # 0 is always stale
    )
