"""Rows out of the database: every table by COPY, all of them as of one moment.

COPY's text is the same for every version of PostgreSQL, which the output of pg_dump is not.
"""

from __future__ import annotations

import contextlib
import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection as default
from psycopg import sql

from backups import schema
from core.errors import DomainError

FOLDER = "database"
PART = 8 * 1024 * 1024  # bytes of a member, compressed: what is kept in memory
_LEVEL = 4  # of gzip: level 6 takes twice as long for 6 % less
_AT_ONCE = 256 * 1024


class BeingUpgraded(DomainError):
    """The tables changed between two looks at them."""


@dataclass
class Dumped:
    """The state of the database that was dumped, for the manifest and for whoever restores."""

    postgresql: int
    migrations: schema.Migrations
    tables: list[dict[str, Any]] = field(default_factory=list)
    sequences: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.tables)


def connect() -> psycopg.Connection[Any]:
    """A connection of one's own to the product's database, in autocommit mode.

    Raises psycopg.OperationalError.
    """
    parameters = default.get_connection_params()
    parameters.pop("cursor_factory", None)
    return psycopg.connect(**{**parameters, "autocommit": True, "connect_timeout": 10})


@contextlib.contextmanager
def snapshot(connection: psycopg.Connection[Any]) -> Iterator[Dumped]:
    """Within the block the connection sees the database as of one moment, whatever others write.

    No migration changes its tables meanwhile. Raises BeingUpgraded where one just did.
    """
    with connection.cursor() as cursor:
        migrations = schema.applied(cursor)
        names = schema.tables(migrations)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            # Locking takes no snapshot: that is taken by the first query after it.
            listed = sql.SQL(", ").join(map(sql.Identifier, names))
            cursor.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(listed))
            if schema.applied(cursor) != migrations:
                raise BeingUpgraded("The tables are being upgraded. Try again in a few minutes.")
            dumped = Dumped(connection.info.server_version // 10_000, migrations)
            found = schema.columns(cursor, names)
            dumped.tables = [
                {"name": name, "columns": found[name], "left_out": name in schema.LEFT_OUT}
                for name in names
            ]
            yield dumped
        finally:
            with contextlib.suppress(psycopg.Error):  # the connection is gone: so is the snapshot
                connection.execute("ROLLBACK")


def dump(
    connection: psycopg.Connection[Any], dumped: Dumped, write: Callable[[str, bytes], None]
) -> None:
    """Give `write` every table in parts of a few megabytes, and complete `dumped`."""
    with connection.cursor() as cursor:
        for table in dumped.tables:
            table["rows"] = 0 if table["left_out"] else _table(cursor, table, write)
        # A sequence is never behind the rows of an earlier snapshot.
        names = [table["name"] for table in dumped.tables]
        for sequence, (name, column) in schema.sequences(cursor, names).items():
            cursor.execute(
                sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(sequence))
            )
            last, is_called = cursor.fetchone() or (1, False)
            dumped.sequences.append(
                {"table": name, "column": column, "last": last, "is_called": is_called}
            )


def _table(
    cursor: psycopg.Cursor[Any], table: dict[str, Any], write: Callable[[str, bytes], None]
) -> int:
    name = table["name"]
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(
        sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, table["columns"]))
    )
    parts = _Parts(lambda number, part: write(f"{FOLDER}/{name}/{number:06}.copy.gz", part))
    waiting = bytearray()
    with cursor.copy(statement) as copy:
        for row in copy:
            waiting += row
            if len(waiting) >= _AT_ONCE:
                # A line break within a row is written as \\n: each part has whole rows.
                end = waiting.rfind(b"\n") + 1
                parts.write(bytes(waiting[:end]))
                del waiting[:end]
    parts.write(bytes(waiting))
    parts.close()
    return cursor.rowcount


class _Parts:
    """A writer that compresses what it is given into parts of about PART bytes each."""

    def __init__(self, give: Callable[[int, bytes], None]) -> None:
        self._give = give
        self._number = 0
        self._begin()

    def _begin(self) -> None:
        self._content = io.BytesIO()
        self._gzip = gzip.GzipFile("", "wb", _LEVEL, self._content, mtime=0)
        self._is_empty = True

    def write(self, content: bytes) -> None:
        if content:
            self._gzip.write(content)
            self._is_empty = False
        if self._content.tell() >= PART:
            self.close()
            self._begin()

    def close(self) -> None:
        self._gzip.close()
        if not self._is_empty:
            self._number += 1
            self._give(self._number, self._content.getvalue())
