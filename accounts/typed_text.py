"""Text that somebody sent after the session had ended, kept until they have signed in again.

It is kept in the anonymous session, with the person it belongs to: a signed cookie remembers who
was last signed in in this browser. Without that cookie nothing is kept, so a stranger cannot
fill our store. Passwords, tokens and files are never kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts.models import User

MAX_BYTES = 1024 * 1024
COOKIE = "person"
POSTED_AGAIN = "kept_text"  # the field that marks a form sent from the page of kept text

_SESSION_KEY = "typed_text"
_SALT = "accounts.typed_text"
_COOKIE_AGE = 60 * 60 * 24 * 365
_NEVER_KEPT = re.compile(r"passw|secret|token|^otp|^code$", re.IGNORECASE)


@dataclass(frozen=True)
class KeptText:
    """A form that could not be saved: its target URL, its fields and when it was sent."""

    path: str
    fields: list[tuple[str, str]]
    kept_at: datetime
    files: list[str]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The fields that a person wrote, longest first, named as words."""
        words = [(in_words(name), value) for name, value in self.fields if is_writing(name, value)]
        return sorted(words, key=lambda field: -len(field[1]))


def in_words(name: str) -> str:
    return re.sub(r"[-_]+", " ", name).strip().capitalize()


def is_writing(name: str, value: str) -> bool:
    if name.startswith("initial-"):  # what the form held before anybody wrote
        return False
    return bool(value.strip()) and name not in {"version", "next", POSTED_AGAIN}


def remember_person(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Note in a signed cookie that `user` is the last one signed in here."""
    if _person(request) != user.pk:
        response.set_signed_cookie(
            COOKIE,
            str(user.pk),
            salt=_SALT,
            max_age=_COOKIE_AGE,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )


def _person(request: HttpRequest) -> int | None:
    try:
        return int(request.get_signed_cookie(COOKIE, salt=_SALT, max_age=_COOKIE_AGE) or "")
    except (KeyError, ValueError, signing.BadSignature):
        return None


def sent_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields that `request` has sent, without passwords and tokens."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not _NEVER_KEPT.search(name) and name != POSTED_AGAIN
    ]


def sent_files(request: HttpRequest) -> list[str]:
    """Return the names of the files that `request` has sent."""
    return [upload.name for _, files in request.FILES.lists() for upload in files if upload.name]


def keep(request: HttpRequest, *, at: datetime) -> bool:
    """Keep what was just sent, if it fits and we know whose it is. Returns whether it is kept.

    What was kept of the same form before is replaced; the oldest forms give way when together
    they would be longer than 1 MB.
    """
    person, fields = _person(request), sent_fields(request)
    if person is None or not any(is_writing(name, value) for name, value in fields):
        return False
    path = request.get_full_path()
    entry = {
        "person": person,
        "path": path,
        "fields": fields,
        "at": at.isoformat(),
        "files": sent_files(request),
    }
    if len(json.dumps(entry)) > MAX_BYTES:
        return False
    kept = [e for e in request.session.get(_SESSION_KEY, []) if e["path"] != path] + [entry]
    while len(json.dumps(kept)) > MAX_BYTES:
        kept.pop(0)
    request.session[_SESSION_KEY] = kept
    return True


def kept_for(request: HttpRequest) -> list[KeptText]:
    """Return the forms kept in this session for the signed-in person, newest first."""
    return [
        KeptText(
            path=entry["path"],
            fields=[(name, value) for name, value in entry["fields"]],
            kept_at=datetime.fromisoformat(entry["at"]),
            files=entry["files"],
        )
        for entry in reversed(request.session.get(_SESSION_KEY, []))
        if entry["person"] == request.user.pk
    ]


def discard(request: HttpRequest, path: str) -> None:
    """Let go of what the signed-in person had sent to `path`."""
    kept = request.session.get(_SESSION_KEY, [])
    left = [e for e in kept if e["path"] != path or e["person"] != request.user.pk]
    if left != kept:
        request.session[_SESSION_KEY] = left
