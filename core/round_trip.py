"""Several statements in one round trip to the database."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import ClientCursor


def one_round_trip() -> CursorWrapper:
    """A cursor that takes several statements at once, parted by semicolons.

    It writes the parameters into the text itself, for PostgreSQL prepares one statement at a
    time. All other cursors leave both to the server: a query that is asked again is not parsed
    again.
    """
    connection.ensure_connection()
    cursor: Any = ClientCursor(connection.connection)
    if connection.queries_logged:
        return connection.make_debug_cursor(cursor)
    return connection.make_cursor(cursor)
