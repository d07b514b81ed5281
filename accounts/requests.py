"""The request as our views see it: nobody gets there without having signed in."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class SignedInRequest(HttpRequest):
    """The request of views behind LoginRequiredMiddleware, with the person and htmx’s headers."""

    user: User
    htmx: HtmxDetails
