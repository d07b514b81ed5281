"""One action item: its page, and adding, editing and deleting it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import SignedInRequest
from action_items.forms.action_items import ActionItemForm
from action_items.operations import action_items
from action_items.views.answers import (
    field_of,
    form_page,
    is_in_place,
    item_or_404,
    moved_on,
    row_of,
)
from action_items.views.item_page import action_item_context, with_people_or_404
from core.errors import DomainError, StaleWrite
from core.seen_version import seen_version
from incidents import permissions
from incidents.models import ActionItem, Incident

_FORM = ["GET", "POST"]


@require_GET
def action_item_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one action item."""
    if is_in_place(request):
        return row_of(request, pk)
    item = with_people_or_404(request, pk)
    context = action_item_context(item, request.user, timezone.localdate())
    return render(request, "action_items/action_item_detail.html", context)


@require_http_methods(_FORM)
def action_item_new(request: SignedInRequest, reference: str) -> HttpResponse:
    """Add an action item to an incident."""
    incident = get_object_or_404(Incident.objects.visible_to(request.user), reference=reference)
    permissions.require(permissions.can_write(request.user), "Only authors may add action items.")
    if request.method == "GET" and "cancelled" in request.GET:
        return render(request, "action_items/_new_closed.html")
    whole = _whole(request, incident)
    due_on = _offered_due_on(incident, whole, timezone.localdate())
    form = ActionItemForm(
        request.POST or None,
        instance=ActionItem(incident=incident, due_on=due_on, parent=whole),
    )
    if request.method == "POST" and form.is_valid():
        try:
            item = action_items.add(
                incident, terms=form.terms(), by=request.user, at=timezone.now()
            )
        except DomainError as error:
            form.add_error(field_of(error, form), str(error))
        else:
            return moved_on(request, item)
    context = {"form": form, "incident": incident, "whole": whole, "target": "#action-item-new"}
    return form_page(request, "action_item_new", context)


def _offered_due_on(incident: Incident, whole: ActionItem | None, today: date) -> date:
    """Return the due date by severity, but no later than that of the item it is a part of."""
    offered = action_items.default_due_on(incident, today)
    if whole is None or whole.due_on is None:
        return offered
    return min(offered, max(whole.due_on, today))


def _whole(request: SignedInRequest, incident: Incident) -> ActionItem | None:
    """Return the item being split, if the address names one that may have parts."""
    asked = request.GET.get("parent", "")
    found = incident.action_items.filter(pk=asked, parent=None) if asked.isdecimal() else None
    return found.first() if found is not None else None


@require_http_methods(_FORM)
def action_item_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Edit an action item. A conflict with somebody else's save shows both versions."""
    item = item_or_404(request, pk)
    permissions.require(
        permissions.can_write(request.user), "Only authors may change action items."
    )
    form = ActionItemForm(request.POST or None, instance=item)
    context = {"form": form, "item": item, "target": "closest li"}
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            saved = action_items.edit(
                item, terms=form.terms(), version=version, by=request.user, at=timezone.now()
            )
        except StaleWrite as error:
            context |= _both_versions(request, form, error)
        except DomainError as error:
            form.add_error(field_of(error, form), str(error))
        else:
            return moved_on(request, saved)
    return form_page(request, "action_item_edit", context)


def _both_versions(
    request: SignedInRequest, form: ActionItemForm, error: StaleWrite
) -> dict[str, Any]:
    """Return the stored values beside those typed, and a form that overwrites deliberately."""
    now = item_or_404(request, form.instance.pk)
    typed = request.POST.copy()
    typed["version"] = str(now.version)
    standing = ActionItemForm(instance=now)
    again = ActionItemForm(typed, instance=now)
    differing = [
        {
            "label": field.label,
            "theirs": _shown(standing, field.name),
            "mine": _shown(again, field.name),
        }
        for field in again.visible_fields()
        if _shown(standing, field.name) != _shown(again, field.name)
    ]
    return {"form": again, "differing": differing, "conflict": str(error)}


def _shown(form: ActionItemForm, name: str) -> str:
    """Return the displayed value of a field: for a choice its label, not its key."""
    value = form[name].value()
    raw = "" if value is None else str(value)
    for key, text in getattr(form.fields[name], "choices", ()):
        options = text if isinstance(text, list | tuple) else [(key, text)]
        for option, words in options:
            if str(option) == raw:
                return str(words)
    return raw.replace("\r\n", "\n")


@require_http_methods(_FORM)
def action_item_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete an action item after confirmation."""
    item = item_or_404(request, pk)
    permissions.require(
        permissions.can_write(request.user), "Only authors may delete action items."
    )
    context: dict[str, Any] = {"item": item, "nav": "action_items"}
    if request.method == "POST":
        version = seen_version(request)
        try:
            action_items.delete(item, version=version, by=request.user, at=timezone.now())
        except StaleWrite as stale:
            context |= {"item": item_or_404(request, pk), "stale": stale}
        else:
            messages.success(request, f"“{item.title}” is deleted. Its text stays in the history.")
            return redirect(f"{item.incident.get_absolute_url()}#action-items")
    status = 409 if "stale" in context else 200
    return render(request, "action_items/action_item_delete.html", context, status=status)
