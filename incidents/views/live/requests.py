"""Requests of the writing page's script, and the shape of all its answers.

They are JSON. A refusal is an object with `error`, a word for the script, and `message`, a sentence
for the person.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db.models import QuerySet
from django.http import Http404, JsonResponse

from accounts.models import Role, User
from accounts.requests import SignedInRequest
from core.errors import DomainError
from core.prepared import Prepared
from incidents.models import Incident
from incidents.operations.live_text import BaseUnknown, Busy, Refused, TooLong

View = Callable[..., JsonResponse]


class Malformed(Exception):
    """A request that the script does not send."""


class OtherPerson(Exception):
    """A request of a page that somebody else opened, before `by` signed in to this browser."""

    def __init__(self, by: User) -> None:
        super().__init__(f"This browser is signed in as {by} now.")


_LARGEST = 2**31 - 1
_ANSWERS: tuple[tuple[type[Exception], int, str], ...] = (
    (Http404, 404, "not_found"),
    (PermissionDenied, 403, "forbidden"),
    (OtherPerson, 403, "other_person"),
    (RequestDataTooBig, 413, "too_long"),
    (TooLong, 413, "too_long"),
    (BaseUnknown, 409, "base_unknown"),
    (Refused, 409, "refused"),
    (Busy, 503, "busy"),
    (DomainError, 409, "not_possible"),
)
_SENTENCES = {
    "not_found": "This incident is not there any more, or you may not see it.",
    "too_long": "This text is too long.",
}


def answered_in_json(view: View) -> View:
    """Answer the errors that `view` raises with JSON, too."""

    @wraps(view)
    def answering(request: SignedInRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            return view(request, *args, **kwargs)
        except Malformed as error:
            return refusal(400, "malformed", str(error))
        except tuple(kind for kind, _, _ in _ANSWERS) as error:
            status, code = next(
                (status, code) for kind, status, code in _ANSWERS if isinstance(error, kind)
            )
            return refusal(status, code, _SENTENCES.get(code) or str(error))

    answering.holds_no_text = True  # type: ignore[attr-defined]  # the browser keeps it
    return answering


def refusal(status: int, error: str, message: str, **more: Any) -> JsonResponse:
    return JsonResponse({"error": error, "message": message, **more}, status=status)


@Prepared
def _visible(shape: bool, user: int, reference: str) -> QuerySet[Any, Any]:
    reader = User(pk=user, role=Role.ADMINISTRATOR if shape else Role.VIEWER)
    return Incident.objects.visible_to(reader).filter(reference=reference).order_by().values("pk")


def visible_sql(user: User, reference: str) -> tuple[str, Any]:
    """Return SQL for the key of the incident called `reference`, if `user` may see it."""
    return _visible.sql(user.is_administrator, user.pk, reference)


def visible_key(user: User, reference: str) -> Incident:
    """Return the incident with nothing but its key. Raises Http404 if `user` may not see it."""
    found = _visible(user.is_administrator, user.pk, reference)
    if not found:
        raise Http404
    return Incident(pk=found[0][0], reference=reference)


class Fields:
    """The fields of a request, each of the type that is asked for. Raises Malformed, OtherPerson.

    `person` is the key of the person who opened the page.
    """

    def __init__(self, request: SignedInRequest) -> None:
        try:
            read = json.loads(request.body)
        except ValueError as error:
            raise Malformed("The request is not JSON.") from error
        if not isinstance(read, dict):
            raise Malformed("The request is not an object.")
        self.read = read
        if read.get("person", request.user.pk) != request.user.pk:
            raise OtherPerson(request.user)

    @classmethod
    def of(cls, read: object) -> Fields:
        """Return the fields of an object inside another one."""
        if not isinstance(read, dict):
            raise Malformed("A part of the request is not an object.")
        fields = cls.__new__(cls)
        fields.read = read
        return fields

    def number(self, name: str) -> int:
        value = self.read.get(name)
        if type(value) is not int or not 0 <= value <= _LARGEST:
            raise Malformed(f"“{name}” is not a number.")
        return value

    def number_or_none(self, name: str, largest: int = _LARGEST) -> int | None:
        value = self.read.get(name)
        if value is not None and (type(value) is not int or not 0 <= value <= largest):
            raise Malformed(f"“{name}” is not a number.")
        return value

    def text(self, name: str) -> str:
        value = self.read.get(name, "")
        if not isinstance(value, str):
            raise Malformed(f"“{name}” is not a text.")
        return value

    def text_or_none(self, name: str) -> str | None:
        return None if self.read.get(name) is None else self.text(name)

    def tab(self) -> UUID:
        try:
            return UUID(self.text("tab"))
        except ValueError as error:
            raise Malformed("“tab” is not a UUID.") from error

    def rows(self, name: str) -> list[Fields]:
        """Return a list of objects, at most a hundred."""
        value = self.read.get(name) or []
        if not isinstance(value, list) or len(value) > 100:
            raise Malformed(f"“{name}” is not a list.")
        return [Fields.of(each) for each in value]
