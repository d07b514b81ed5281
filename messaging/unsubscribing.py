"""The address that turns reminders off without signing in (RFC 8058)."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User

_SALT = "messaging.unsubscribe"


def url_for(person: User) -> str:
    """The whole address that turns the reminders of `person` off. It does not expire: old mail
    must be as easy to be rid of as new."""
    return settings.SITE_URL + reverse("unsubscribe", args=[token_for(person)])


def token_for(person: User) -> str:
    """Return the signed token of `person` for that URL."""
    return signing.Signer(salt=_SALT).sign(str(person.pk))


def person_of(token: str) -> User | None:
    """Return the person whose reminders this token turns off; None if it is not ours."""
    try:
        key = signing.Signer(salt=_SALT).unsign(token)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=key).first()
