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
    """What stands in that address: whose it is, signed."""
    return signing.Signer(salt=_SALT).sign(str(person.pk))


def person_of(token: str) -> User | None:
    """Whose reminders the address with this token turns off; None for one that we never made."""
    try:
        key = signing.Signer(salt=_SALT).unsign(token)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=key).first()
