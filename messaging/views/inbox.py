"""The inbox: all messages to the signed-in person, by any route."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from messaging import composing, operations
from messaging.models import Message

PAGE_SIZE = 50


@require_safe
def inbox(request: SignedInRequest) -> HttpResponse:
    """Every message that has reached the person, the newest first."""
    page = Paginator(Message.objects.inbox_of(request.user), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    rows = [(message, composing.name_of(message.topic)) for message in page]
    return render(request, "messaging/inbox.html", {"page": page, "rows": rows})


@require_safe
def inbox_message(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a message as of now, without items that are done, moved or hidden since.

    Looking writes nothing; the page itself asks for the message to be marked as read.
    """
    message = get_object_or_404(
        Message.objects.inbox_of(request.user).select_related("recipient", "instead_of"), pk=pk
    )
    context = {
        "message": message,
        "name": composing.name_of(message.topic),
        "letter": composing.compose(message, timezone.now()),
    }
    return render(request, "messaging/inbox_message.html", context)


@require_POST
def inbox_message_read(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark a message as read."""
    message = get_object_or_404(Message.objects.inbox_of(request.user), pk=pk)
    operations.read(message, by=request.user, at=timezone.now())
    if not request.htmx:
        return redirect("inbox_message", pk=pk)
    request.user.refresh_from_db(fields=["unread"])
    return render(request, "messaging/_read.html")


@require_POST
def inbox_read_all(request: SignedInRequest) -> HttpResponse:
    """Mark all messages as read."""
    operations.read_all(by=request.user, at=timezone.now())
    messages.success(request, "All messages are marked as read.")
    return redirect("inbox")
