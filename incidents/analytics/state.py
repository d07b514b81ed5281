"""The state of everything written, used in the keys of cached counts."""

from __future__ import annotations

import secrets

from django.db import connection

from accounts.models import User
from incidents.models.write_mark import Topic

# In SQL because every home page runs it: building it through the ORM cost more than the cache
# saves.
_STATE = """
SELECT ARRAY(SELECT team_id FROM accounts_team_members WHERE user_id = %s ORDER BY team_id),
  ARRAY(SELECT mark FROM incidents_writemark WHERE topic = ANY(%s) ORDER BY id),
  pg_current_xact_id_if_assigned() IS NOT NULL
"""


def state_of(user: User, *topics: Topic) -> tuple[str, str]:
    """Return the user's teams, and the marks of these topics, as two texts for a cache key. One
    query.

    Call it before computing the value to cache. A value newer than its key does no harm, because
    after the commit nobody asks for that key; an older one would. In a transaction that has written
    something the second text is random, so that uncommitted data is never cached.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [user.pk, list(topics)])
        teams, marks, has_written = cursor.fetchone()
    state = secrets.token_hex(8) if has_written else ",".join(mark.hex for mark in marks)
    return str(teams), state
