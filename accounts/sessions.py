"""Who asks: the two rows that every request reads, in one query and without the ORM's work.

Putting two queries together and filling their rows took longer than all the middleware. Whose a
session is stands in its signed text, which only we can read; but it was somebody's the last time,
and their row is asked for beside it. Where it turns out to be somebody else's, theirs is read too.
What all this promises is Django's own: see the classes it extends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from accounts.models import User

_FIELDS = [field.attname for field in User._meta.concrete_fields]
_COLUMNS = ", ".join(f'"{field.column}"' for field in User._meta.concrete_fields)
_USER = f"SELECT {_COLUMNS} FROM {User._meta.db_table} WHERE id = %s"  # noqa: S608 - our own names


_HELD = "session_key = %s AND expire_date > %s"
_SESSION = f"SELECT session_data FROM django_session WHERE {_HELD}"  # noqa: S608
_SESSION_OF = f"""
SELECT session_data, person.* FROM django_session
LEFT JOIN (SELECT {_COLUMNS} FROM {User._meta.db_table}) AS person ON person.id = %s
WHERE {_HELD}
"""  # noqa: S608
_MOST_KEPT = 10_000

_Row = tuple[Any, ...]
_whose: dict[str, int] = {}  # by session the person it was of
_beside: ContextVar[dict[int, _Row] | None] = ContextVar("people read beside a session")


@contextmanager
def read_together() -> Iterator[None]:
    """Within this the person is read with the session. What was read goes no further."""
    token = _beside.set({})
    try:
        yield
    finally:
        _beside.reset(token)


class SessionStore(db.SessionStore):
    """Sessions in the database."""

    def load(self) -> dict[str, Any]:
        beside = _beside.get(None)
        likely = None if beside is None else _whose.get(self.session_key or "")
        sql, asked = (_SESSION_OF, [likely]) if likely else (_SESSION, [])
        with connection.cursor() as cursor:
            cursor.execute(sql, [*asked, self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        session = self.decode(row[0])
        if beside is not None:
            if likely and row[1] is not None:
                beside[likely] = row[1:]
            self._note(session.get(SESSION_KEY, ""))
        return session

    def save(self, must_create: bool = False) -> None:
        super().save(must_create)
        self._note(self.get(SESSION_KEY, ""))

    def _note(self, person: str) -> None:
        if not person.isdecimal():
            return
        if len(_whose) >= _MOST_KEPT:
            _whose.clear()
        _whose[self.session_key or ""] = int(person)


class Backend(AuthenticationBackend):
    """Sign-in by allauth; people are those of the database, the deactivated ones nobody."""

    def get_user(self, user_id: int) -> User | None:
        row = (_beside.get(None) or {}).pop(user_id, None) or _read(user_id)
        if row is None:
            return None
        user = User.from_db(connection.alias, _FIELDS, row)
        return user if self.user_can_authenticate(user) else None


def _read(user_id: int) -> _Row | None:
    with connection.cursor() as cursor:
        cursor.execute(_USER, [user_id])
        return cursor.fetchone()
