"""The outbox, for administrators: what was sent, what is due, what failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from core.errors import DomainError
from messaging import composing, operations
from messaging.forms import OutboxForm
from messaging.models import Channel, Message, SendingPause
from messaging.models.message import MessageQuerySet

PAGE_SIZE = 50
RECENT = timedelta(days=7)

View = Callable[..., HttpResponse]


def _administrators_only(view: View) -> View:
    @wraps(view)
    def guarded(request: SignedInRequest, *args: int, **kwargs: int) -> HttpResponse:
        if not request.user.is_administrator:
            raise PermissionDenied("Only administrators may open the outbox: it names everybody.")
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@_administrators_only
def message_list(request: SignedInRequest) -> HttpResponse:
    form = OutboxForm(request.GET)
    chosen = _chosen(form.cleaned_data if form.is_valid() else {})
    page = Paginator(chosen.select_related("recipient", "team"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    recently = Message.objects.filter(written_at__gte=timezone.now() - RECENT)
    context = {
        "form": form,
        "page": page,
        "rows": [(message, composing.name_of(message.topic)) for message in page],
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "counts": {
            "sent": recently.delivered().count(),
            "due": Message.objects.waiting().count(),
            "failed": recently.failed().count(),
        },
        "pause": SendingPause.objects.active().first(),
        "failing": Channel.objects.exclude(failing_since=None).select_related("user", "team"),
    }
    return render(request, "messaging/message_list.html", context)


def _chosen(asked: dict[str, str]) -> MessageQuerySet:
    found = Message.objects.order_by("-written_at", "-pk")
    states = {
        "waiting": found.waiting(),
        "sent": found.delivered(),
        "failed": found.failed(),
        "dropped": found.exclude(dropped_at=None),
    }
    found = states.get(asked.get("state", ""), found)
    if route := asked.get("route"):
        found = found.filter(route=route)
    if to := asked.get("to"):
        found = found.filter(
            Q(recipient__username__icontains=to)
            | Q(recipient__full_name__icontains=to)
            | Q(team__name__icontains=to)
        )
    return found


@require_safe
@_administrators_only
def message_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the state of a message, and of those sent in its place."""
    whole = Message.objects.select_related(
        "recipient", "team", "channel", "instead_of", "requested_by"
    )
    message = get_object_or_404(whole, pk=pk)
    context = {
        "message": message,
        "name": composing.name_of(message.topic),
        "substitutes": message.substitutes.select_related("requested_by").order_by("pk"),
    }
    return render(request, "messaging/message_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@_administrators_only
def message_send_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then put it into the outbox once more."""
    message = get_object_or_404(Message.objects.select_related("recipient", "team"), pk=pk)
    if request.method == "POST":
        try:
            again = operations.send_again(message, by=request.user, at=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("message_detail", pk=pk)
        messages.success(request, "The message is in the outbox, and will be sent within a minute.")
        return redirect("message_detail", pk=again.pk)
    context = {"message": message, "name": composing.name_of(message.topic)}
    return render(request, "messaging/message_send_again.html", context)


@require_POST
@_administrators_only
def sending_resume(request: SignedInRequest) -> HttpResponse:
    """End the pause of all messages that a restore begins."""
    if operations.resume_sending(by=request.user, at=timezone.now()):
        messages.success(request, "Sending resumed. The next reminders go out within the hour.")
    return redirect("message_list")
