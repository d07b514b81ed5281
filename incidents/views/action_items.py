"""One action item: reading it, writing it, and moving it on.

Each form opens in place where a list or an incident page shows the item, and as a page of its own
without JavaScript. `place` says where it stands: `incident`, `list`, or empty for its own page.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from accounts.requests import SignedInRequest
from core import drafts
from core.errors import DomainError, StaleWrite, domain_errors_as_messages
from incidents import permissions
from incidents.forms.action_items import ActionItemForm, ClosingForm
from incidents.models import ActionItem, Incident
from incidents.operations import action_items
from incidents.views.action_item_rows import rows, with_what_rows_show
from incidents.views.action_items_part import action_items_context
from incidents.views.fix_history import fix_checks

_PLACES = ("incident", "list")
_FORM = ["GET", "POST"]


def _item_or_404(request: SignedInRequest, pk: int) -> ActionItem:
    return get_object_or_404(
        with_what_rows_show(ActionItem.objects.visible_to(request.user)), pk=pk
    )


def _place(request: SignedInRequest) -> str:
    asked = request.POST.get("place") or request.GET.get("place", "")
    return asked if asked in _PLACES else ""


def _in_place(request: SignedInRequest) -> bool:
    return bool(request.htmx and _place(request))


def _moved_on(request: SignedInRequest, item: ActionItem) -> HttpResponse:
    """The answer to a save: what stood there before, as it now is."""
    return drafts.saved(request, _shown_again(request, item))


def _shown_again(request: SignedInRequest, item: ActionItem) -> HttpResponse:
    place = _place(request)
    if request.htmx and place == "incident":
        context = action_items_context(request.user, item.incident)
        answer = render(request, "incidents/_action_items.html", context)
        return reswap(retarget(answer, "#action-items"), "outerHTML")
    if request.htmx and place == "list":
        return _row(request, item.pk)
    if place == "incident":
        return redirect(f"{item.incident.get_absolute_url()}#action-items")
    return redirect(item)


def _row(request: SignedInRequest, pk: int) -> HttpResponse:
    [row] = rows([_item_or_404(request, pk)], request.user, timezone.localdate())
    return render(request, "action_items/_row.html", {"row": row, "place": _place(request)})


def _form_page(request: SignedInRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The form `name`, in place or as a page; with 422 where what was typed cannot be saved."""
    in_place = _in_place(request)
    template = f"action_items/_{name}.html" if in_place else f"action_items/{name}.html"
    context |= {"place": _place(request), "in_place": in_place, "nav": "action_items"}
    bound = context["form"].is_bound
    return render(request, template, context, status=422 if bound else 200)


@require_GET
def action_item_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One promise: what, after which incident, by whom, until when, and how it stands."""
    if _in_place(request):
        return _row(request, pk)
    item = _item_or_404(request, pk)
    [row] = rows([item], request.user, timezone.localdate())
    reminders = item.reminders.select_related("digest", "recipient").order_by("-digest__day")[:10]
    context = {
        "item": item,
        "row": row,
        "patterns": [link.pattern for link in item.incident.pattern_links.all()],
        "reminders": reminders,
        "fix_checks": fix_checks(request.user, item),
        "nav": "action_items",
    }
    return render(request, "action_items/action_item_detail.html", context)


@require_http_methods(_FORM)
def action_item_new(request: SignedInRequest, reference: str) -> HttpResponse:
    """Promise something after an incident."""
    incident = get_object_or_404(Incident.objects.visible_to(request.user), reference=reference)
    permissions.require(permissions.can_write(request.user), "Only authors may add action items.")
    if request.method == "GET" and "cancelled" in request.GET:
        return render(request, "action_items/_new_closed.html")
    due_on = action_items.default_due_on(incident, timezone.localdate())
    form = ActionItemForm(
        request.POST or None, instance=ActionItem(incident=incident, due_on=due_on)
    )
    if request.method == "POST" and form.is_valid():
        try:
            item = action_items.add(
                incident, terms=form.terms(), by=request.user, at=timezone.now()
            )
        except action_items.OwnerMayNotSee as error:
            form.add_error("owner_choice", str(error))
        else:
            return _moved_on(request, item)
    context = {"form": form, "incident": incident, "target": "#action-item-new"}
    return _form_page(request, "action_item_new", context)


@require_http_methods(_FORM)
def action_item_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change what an action item says. A save over somebody else’s shows both and asks."""
    item = _item_or_404(request, pk)
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
        except action_items.OwnerMayNotSee as error:
            form.add_error("owner_choice", str(error))
        except StaleWrite as error:
            context |= _both_versions(request, form, error)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return _moved_on(request, saved)
    return _form_page(request, "action_item_edit", context)


def _both_versions(
    request: SignedInRequest, form: ActionItemForm, error: StaleWrite
) -> dict[str, Any]:
    """What stands now beside what was typed, and a form that saves the typed over it knowingly."""
    now = _item_or_404(request, form.instance.pk)
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
    """A field's value as its reader knows it: the words of a choice, not its key."""
    value = form[name].value()
    raw = "" if value is None else str(value)
    for key, text in getattr(form.fields[name], "choices", ()):
        options = text if isinstance(text, list | tuple) else [(key, text)]
        for option, words in options:
            if str(option) == raw:
                return str(words)
    return raw.replace("\r\n", "\n")


@require_http_methods(_FORM)
def action_item_complete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Done, with what shows it."""
    return _closing(request, pk, "action_item_complete")


@require_http_methods(_FORM)
def action_item_decline(request: SignedInRequest, pk: int) -> HttpResponse:
    """Won’t do, with the reason."""
    return _closing(request, pk, "action_item_decline")


def _closing(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    item = _item_or_404(request, pk)
    permissions.require(
        permissions.can_progress(request.user, item),
        "Only authors and its owner may close an action item.",
    )
    form = ClosingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        note, at = form.cleaned_data["note"], timezone.now()
        try:
            if name == "action_item_complete":
                action_items.complete(item, evidence=note, by=request.user, at=at)
            else:
                action_items.decline(item, reason=note, by=request.user, at=at)
        except DomainError as error:
            form.add_error("note", str(error))
        else:
            return _moved_on(request, item)
    context = {"form": form, "item": item, "target": "closest li"}
    return _form_page(request, name, context)


@require_POST
def action_item_reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a done or declined item up again."""
    item = _item_or_404(request, pk)
    with domain_errors_as_messages(request):
        action_items.reopen(item, by=request.user, at=timezone.now())
        messages.success(request, "It is open again.")
    return redirect(item)


@require_http_methods(_FORM)
def action_item_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete an action item, after asking."""
    item = _item_or_404(request, pk)
    permissions.require(
        permissions.can_write(request.user), "Only authors may delete action items."
    )
    if request.method == "POST":
        action_items.delete(item, by=request.user, at=timezone.now())
        messages.success(request, f"“{item.title}” is deleted. The history keeps what it said.")
        return redirect(f"{item.incident.get_absolute_url()}#action-items")
    return render(
        request,
        "action_items/action_item_delete.html",
        {"item": item, "nav": "action_items"},
    )
