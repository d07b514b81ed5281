"""The scheduler of beat, of which one at a time is at work for the whole installation."""

from __future__ import annotations

import contextlib
from importlib import import_module
from typing import Any

import psycopg
from celery.beat import PersistentScheduler
from django.db import connection

ONE_BEAT = 6_338_710_554_127_202  # the advisory lock that the working beat holds
RETRY_SECONDS = 30

# Beat opens its schedule when it starts and again when it stops. A signal during the first import
# of a database module would leave it half loaded, and the second opening would fail.
for _name in ("dbm.gnu", "dbm.ndbm", "dbm.dumb"):
    with contextlib.suppress(ImportError):
        import_module(_name)


class LeadingScheduler(PersistentScheduler):
    """Sends what is due only while it holds a lock of the database; others stand by.

    The lock hangs on a connection of its own: it is free again as soon as its holder is gone, and
    another beat takes over within half a minute. What both might send at that moment does no
    harm, because every task may run twice.
    """

    _lock: psycopg.Connection | None = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Seconds until the next look."""
        return super().tick(*args, **kwargs) if self.leads() else RETRY_SECONDS

    def close(self) -> None:
        """Make room for another beat."""
        super().close()
        if self._lock is not None:
            self._lock.close()

    def leads(self) -> bool:
        """Tell whether this beat is the leader; become it if there is none."""
        try:
            if self._lock is not None:
                self._lock.execute("SELECT 1")
                return True
            candidate = psycopg.connect(**connection.get_connection_params(), autocommit=True)
            answer = candidate.execute("SELECT pg_try_advisory_lock(%s)", [ONE_BEAT]).fetchone()
        except psycopg.Error:  # no database: nothing can be due
            self._lock = None
            return False
        if answer and answer[0]:
            self._lock = candidate
            return True
        candidate.close()
        return False
