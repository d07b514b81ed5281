"""Pages behind the links in a reminder, for people who may not be signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from action_items.forms.moves import MovingForm
from action_items.forms.reminder_answers import colleagues, form_for, terms
from action_items.models import Answer
from action_items.operations import action_items, reminder_answers
from action_items.reminders import link_checks, links, policy_store
from action_items.reminders.link_checks import LinkRefused, RequestedAction
from action_items.views.answers import field_of
from core.errors import DomainError
from incidents.models import ActionItem

_OPERATIONS: dict[str, Callable[..., ActionItem]] = {
    Answer.DONE: action_items.complete,
    Answer.SNOOZE: action_items.snooze,
    Answer.REDATE: action_items.redate,
    Answer.SPLIT: action_items.split,
    Answer.REASSIGN: action_items.reassign,
    Answer.DECLINE: action_items.decline,
    Answer.KEEP_DECLINED: action_items.keep_declined,
    Answer.REOPEN: action_items.reopen,
}


@login_not_required
@never_cache
@csrf_exempt  # the token is the proof; a page without a referrer could not pass the check
@require_http_methods(["GET", "HEAD", "POST"])
def reminder_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a link does, and do it on POST, so that a mail scanner that opens it changes
    nothing.
    """
    signed_in = request.user if request.user.is_authenticated else None
    try:
        asked = link_checks.requested_action(
            links.read(token), signed_in=signed_in, at=timezone.now()
        )
        with timezone.override(asked.zone):
            return _answered(request, asked)
    except LinkRefused:
        return _page(request, {}, status=410)


reminder_answer.holds_no_text = True  # type: ignore[attr-defined]


def _answered(request: HttpRequest, asked: RequestedAction) -> HttpResponse:
    if asked.used_at:
        return _page(request, {"asked": asked})
    if asked.moved_on:
        return _page(request, {"asked": asked}, status=410)
    policy, today = policy_store.current(), timezone.localdate()
    if asked.link.answer == Answer.CHOOSE:
        choices = asked.link.choices(asked.item, policy=policy, today=today)
        return _page(request, {"asked": asked, "choices": choices})
    form = form_for(asked, request.POST or None, today=today, policy=policy)
    if request.method == "POST" and form.is_valid() and _is_done(asked, form):
        return redirect(request.path)
    context = {"asked": asked, "form": form, "colleagues": colleagues(asked.person)}
    return _page(request, context, status=422 if form.is_bound else 200)


def _is_done(asked: RequestedAction, form: MovingForm) -> bool:
    """Return True if the answer was carried out; otherwise add the error to `form`."""
    change = partial(_OPERATIONS[asked.link.answer], **terms(form))
    try:
        reminder_answers.answer(asked, change=change, at=timezone.now())
    except reminder_answers.LinkSpent:
        return True  # the page explains why the link no longer works
    except LinkRefused:
        raise
    except DomainError as error:
        form.add_error(field_of(error, form), str(error))
        return False
    return True


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page that is not cached, not indexed, and sends no referrer."""
    response = render(
        request, "action_items/reminders/reminder_answer.html", context, status=status
    )
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
