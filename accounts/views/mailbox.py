"""The administrators' mailbox: mail that went nowhere because no server is configured."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts import mailbox as kept_mail
from accounts.requests import SignedInRequest

PAGE_SIZE = 50
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'; form-action 'none'; base-uri 'none'; sandbox"
)

View = Callable[..., HttpResponse]


def _administrators_only(view: View) -> View:
    @wraps(view)
    def guarded(request: SignedInRequest, *args: str, **kwargs: str) -> HttpResponse:
        if not request.user.is_administrator:
            raise PermissionDenied("Only administrators may see everybody’s mail.")
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@_administrators_only
def mailbox(request: HttpRequest) -> HttpResponse:
    page = Paginator(kept_mail.names(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "letters": [kept_mail.letter(name) for name in page],
        "has_mail_server": bool(settings.EMAIL_URL),
    }
    return render(request, "accounts/mailbox.html", context)


@require_safe
@_administrators_only
def mailbox_message(request: HttpRequest, name: str) -> HttpResponse:
    try:
        message = kept_mail.parsed(name)
        letter = kept_mail.letter(name)
    except FileNotFoundError as error:
        raise Http404("Message not found.") from error
    context = {
        "letter": letter,
        "headers": [(key, str(value)) for key, value in message.items()],
        "text": kept_mail.part(message, "plain"),
        "has_html": kept_mail.part(message, "html") is not None,
    }
    return render(request, "accounts/mailbox_message.html", context)


@require_safe
@xframe_options_sameorigin
@_administrators_only
def mailbox_message_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part by itself, under a policy that lets it draw and nothing else."""
    try:
        html = kept_mail.part(kept_mail.parsed(name), "html")
    except FileNotFoundError as error:
        raise Http404("Message not found.") from error
    if html is None:
        raise Http404("This message has no HTML part.")
    return HttpResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})
