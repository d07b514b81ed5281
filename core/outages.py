"""Errors that say that the database or the disk does not work just now."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from enum import Enum

import psycopg
from django.db import InterfaceError, OperationalError

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
_DISK_FULL = "53100"
_READ_ONLY = "25006"  # a standby answers, or the disk was full once


class Outage(Enum):
    """The part that does not work; the value is the number of seconds to wait before a retry."""

    DATABASE = 10
    DISK = 60


def outage(error: BaseException | None) -> Outage | None:
    """Return what does not work where `error`, or what caused it, says so; else None."""
    found = None
    for one in _chain(error):
        if getattr(one, "sqlstate", None) == _DISK_FULL or _is_no_space(one):
            return Outage.DISK
        is_database = isinstance(
            one,
            OperationalError | InterfaceError | psycopg.OperationalError | psycopg.InterfaceError,
        )
        if is_database or getattr(one, "sqlstate", None) == _READ_ONLY:
            found = Outage.DATABASE
    return found


def _is_no_space(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in _NO_SPACE


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
