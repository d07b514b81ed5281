"""Signing in by a one-time link."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import operations
from accounts.models import SignInLink, User
from accounts.time_zones import TIME_ZONES


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before signing in: a mail scanner that opens the link uses nothing up."""
    at = timezone.now()
    if request.method == "POST":
        try:
            user = operations.use_sign_in_link(token, at=at)
        except operations.LinkSpent:
            return _spent(request)
        _note_time_zone(user, request.POST.get("time_zone", ""))
        record_authentication(request, user, method="link")
        return perform_login(request, Login(user=user))
    link = SignInLink.objects.for_token(token).usable(at).select_related("user").first()
    if link is None:
        return _spent(request)
    is_first = link.user.last_login is None
    context = {"person": link.user, "is_first": is_first, "time_zones": TIME_ZONES * is_first}
    return render(request, "accounts/sign_in_link.html", context)


def _spent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/sign_in_link.html", status=410)


def _note_time_zone(user: User, time_zone: str) -> None:
    """The first time, the zone offered by the browser counts; a wrong one changes nothing."""
    if user.last_login is None and time_zone:
        try:
            operations.choose_time_zone(user, time_zone)
        except ValidationError:
            user.refresh_from_db(fields=["time_zone"])
