"""Changes of an action item's state: complete, decline, reopen, snooze, reassign, re-date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from action_items.forms.moves import (
    CompletingForm,
    DecliningForm,
    KeepDeclinedForm,
    MovingForm,
    ReassignForm,
    RedateForm,
    SnoozeForm,
)
from action_items.operations import action_items
from action_items.permissions import can_progress
from action_items.reminders import policy_store
from action_items.views.answers import field_of, form_page, item_or_404, moved_on
from core import times
from core.errors import DomainError, StaleWrite, domain_errors_as_messages
from core.seen_version import seen_version
from incidents import permissions
from incidents.models import ActionItem, ActionItemDependency

_FORM = ["GET", "POST"]


def progressable(request: SignedInRequest, pk: int, to: str) -> ActionItem:
    """Return the item if the person may change it; `to` is the verb for the message.

    Raises Http404 or PermissionDenied.
    """
    item = item_or_404(request, pk)
    allowed = can_progress(request.user, item)
    permissions.require(allowed, f"Only authors and its owner may {to} an action item.")
    return item


@require_http_methods(_FORM)
def action_item_complete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Complete an item, with evidence and a verifier."""
    item = progressable(request, pk, "close")
    waits = [] if request.POST else action_items.open_waits(item, by=request.user)
    form = CompletingForm(request.POST or None, item=item, waits=waits)

    def change(said: dict[str, Any]) -> str:
        action_items.complete(
            item,
            evidence=said["evidence"],
            evidence_url=said["evidence_url"],
            verified_by=said["verified_by"],
            leave_parts_open=form.leaves_parts_open(),
            despite_waits=said["despite_waits"],
            version=said["version"],
            by=request.user,
            at=timezone.now(),
        )
        return "Done." if request.htmx else f"Done. {_who_waited(request, item)}"

    return asked(request, "action_item_complete", item, form, change)


def _who_waited(request: SignedInRequest, item: ActionItem) -> str:
    """Return a sentence on the items that waited for this one, as far as the person may see
    them.
    """
    waiting = ActionItemDependency.objects.visible_to(request.user).filter(depends_on=item)
    count = sum(each.item.is_open for each in waiting.select_related("item"))
    if not count:
        return ""
    return "One other item waited for it." if count == 1 else f"{count} other items waited for it."


@require_http_methods(_FORM)
def action_item_decline(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decline an item, with a reason, the accepted risk, and a re-review date."""
    item = progressable(request, pk, "close")
    form = DecliningForm(request.POST or None, item=item, today=timezone.localdate())

    def change(said: dict[str, Any]) -> str:
        declined = action_items.decline(
            item,
            reason=said["reason"],
            accepted_risk=said["accepted_risk"],
            re_review_on=said["re_review_on"],
            leave_parts_open=form.leaves_parts_open(),
            version=said["version"],
            by=request.user,
            at=timezone.now(),
        )
        return f"Declined. {_comes_back(declined.re_review_on)}"

    return asked(request, "action_item_decline", item, form, change)


@require_http_methods(_FORM)
def action_item_keep_declined(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep an item declined after a re-review."""
    item = progressable(request, pk, "decide about")
    form = KeepDeclinedForm(request.POST or None, item=item, today=timezone.localdate())

    def change(said: dict[str, Any]) -> str:
        kept = action_items.keep_declined(
            item,
            re_review_on=said["re_review_on"],
            accepted_risk=said["accepted_risk"],
            note=said["note"],
            version=said["version"],
            by=request.user,
            at=timezone.now(),
        )
        return _comes_back(kept.re_review_on)

    return asked(request, "action_item_keep_declined", item, form, change)


@require_http_methods(_FORM)
def action_item_snooze(request: SignedInRequest, pk: int) -> HttpResponse:
    """Snooze the reminders of an item."""
    item = progressable(request, pk, "snooze")
    today, policy = timezone.localdate(), policy_store.current()
    form = SnoozeForm(request.POST or None, item=item, today=today, policy=policy)

    def change(said: dict[str, Any]) -> str:
        action_items.snooze(item, **said, by=request.user, at=timezone.now())
        return f"No reminders before {times.day(said['until'])}."

    return asked(request, "action_item_snooze", item, form, change)


@require_http_methods(_FORM)
def action_item_reassign(request: SignedInRequest, pk: int) -> HttpResponse:
    """Assign an item to somebody else."""
    item = progressable(request, pk, "reassign")
    form = ReassignForm(request.POST or None, item=item)

    def change(said: dict[str, Any]) -> str:
        action_items.reassign(
            item,
            **form.owner_chosen(),
            note=said["note"],
            version=said["version"],
            by=request.user,
            at=timezone.now(),
        )
        return f"Reassigned to {said['owner']}."

    return asked(request, "action_item_reassign", item, form, change)


@require_http_methods(_FORM)
def action_item_redate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change the due date of an item."""
    item = progressable(request, pk, "re-date")
    form = RedateForm(request.POST or None, item=item, today=timezone.localdate())

    def change(said: dict[str, Any]) -> str:
        action_items.redate(item, **said, by=request.user, at=timezone.now())
        return f"Due date changed to {times.day(said['due_on'])}."

    return asked(request, "action_item_redate", item, form, change)


def asked(
    request: SignedInRequest,
    name: str,
    item: ActionItem,
    form: MovingForm,
    change: Callable[[dict[str, Any]], str],
) -> HttpResponse:
    """Show the form `name` about `item`, or save it.

    `change` takes the cleaned data and returns a message about the result.
    """
    if request.method == "POST" and form.is_valid():
        try:
            told = change(form.cleaned_data)
        except StaleWrite as error:
            form = _upon_what_stands(request, item, form, error)
        except DomainError as error:
            form.add_error(field_of(error, form), str(error))
        else:
            if not request.htmx:
                messages.success(request, told)
            return moved_on(request, item)
    return form_page(request, name, {"form": form, "item": item, "target": "closest li"})


def _upon_what_stands(
    request: SignedInRequest, item: ActionItem, form: MovingForm, error: StaleWrite
) -> MovingForm:
    """Return `form` based on the version somebody else saved, with an error that describes it."""
    now = item_or_404(request, item.pk)
    typed = request.POST.copy()
    typed["version"] = str(now.version)
    form.data = typed
    due = f"due {times.day(now.due_on)}" if now.due_on else "without a due date"
    form.add_error(
        None,
        f"{error} It is now {now.get_status_display().lower()}, {now.priority}, owned by "
        f"{now.owner or now.owner_team or 'nobody'}, {due}. Nothing was overwritten; what you "
        "wrote is below.",
    )
    return form


@require_POST
def action_item_reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    """Reopen a done or declined item."""
    return _at_once(request, pk, action_items.reopen, "Reopened.")


@require_POST
def action_item_wake(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a snooze."""
    return _at_once(request, pk, action_items.wake, "Snooze ended. Its owner gets reminders again.")


def _at_once(
    request: SignedInRequest, pk: int, change: Callable[..., ActionItem], told: str
) -> HttpResponse:
    """Apply a change that needs no form, and return to the item's page."""
    item = item_or_404(request, pk)
    with domain_errors_as_messages(request):
        change(item, version=seen_version(request), by=request.user, at=timezone.now())
        messages.success(request, told)
    return redirect(item)


def _comes_back(day: date | None) -> str:
    """Return a sentence with the re-review date."""
    return f"Re-review on {times.day(day)}." if day else "No re-review date."
