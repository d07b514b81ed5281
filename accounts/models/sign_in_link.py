"""One-time sign-in links."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models

LIFETIME = timedelta(minutes=15)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class SignInLinkQuerySet(models.QuerySet["SignInLink"]):
    def issue(self, user: models.Model, *, at: datetime) -> str:
        """Make a link for `user`, good for 15 minutes. Returns its token, which is kept nowhere."""
        token = secrets.token_urlsafe(32)
        self.create(user=user, digest=_digest(token), expires_at=at + LIFETIME)
        return token

    def for_token(self, token: str) -> Self:
        return self.filter(digest=_digest(token))

    def usable(self, at: datetime) -> Self:
        return self.filter(used_at=None, expires_at__gt=at, user__is_active=True)


class SignInLink(models.Model):
    """A way in that works once, for 15 minutes. Only a digest of its token is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = SignInLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"sign-in link of {self.user}"
