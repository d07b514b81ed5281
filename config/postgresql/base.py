"""A pooled connection is asked whether it lives only where there is doubt.

Django asks each time, which takes every request a round trip. A server that goes away says so: its
end of the connection can be read from, which costs no more than looking. What lies between may
forget a connection without a word, but only one that nobody uses.
"""

from __future__ import annotations

import select
import time
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool

_UNUSED = 30  # seconds after which something between may have forgotten it


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with less to ask."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if not self.pool:
            return connection
        # All of them may be of a server that has restarted since.
        for _ in range(self.pool.max_size):
            if _lives(connection):
                break
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection


def _lives(connection: Connection[Any]) -> bool:
    now = time.monotonic()
    used, connection.used_at = getattr(connection, "used_at", 0.0), now  # type: ignore[attr-defined]
    if now - used < _UNUSED and not _has_something_to_say(connection):
        return True
    try:
        ConnectionPool.check_connection(connection)
    except OperationalError:
        return False
    return True


def _has_something_to_say(connection: Connection[Any]) -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
