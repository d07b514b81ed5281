"""Feeds for programs that have no session: a secret address is their only key."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date


def new_key() -> str:
    """Return an unguessable key: whoever knows it can read the feed."""
    return secrets.token_urlsafe(32)


def answer(
    request: HttpRequest, body: bytes, content_type: str, *, changed_at: datetime | None = None
) -> HttpResponse:
    """`body`, or “not modified” to whoever has it already.

    `changed_at` is given only where it moves on with every change, also when something goes.
    """
    response = HttpResponse(body, content_type)
    patch_cache_control(response, private=True, no_cache=True)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response["ETag"] = etag
    modified = int(changed_at.timestamp()) if changed_at else None
    if modified is not None:
        response["Last-Modified"] = http_date(modified)
    unchanged = get_conditional_response(
        request, etag=etag, last_modified=modified, response=response
    )
    return unchanged or response
