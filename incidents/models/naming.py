"""Who is named on an incident: as a reader, in a role, or through a team.

In SQL, since every query of the product goes through here, and the same as three nested querysets
cost more to put together than all the rest of a page.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func

_NAMED = (
    "SELECT {columns} FROM incidents_incident_readers WHERE {condition}"
    " UNION ALL SELECT {columns} FROM incidents_incidentrole WHERE {condition}"
    " UNION ALL SELECT {columns} FROM incidents_incident_reader_teams named"
    " JOIN accounts_team_members member ON member.team_id = named.team_id WHERE {condition}"
)
_OF_ONE = _NAMED.format(columns="incident_id", condition="user_id = %s")
_OF_MANY = _NAMED.format(
    columns="incident_id, user_id",
    condition="incident_id = ANY(%(incidents)s) AND user_id = ANY(%(people)s)",
)


class _Names(Func):
    """Whether an incident names a user."""

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **context: Any) -> tuple[str, Any]:
        incident, parameters = compiler.compile(self.source_expressions[0])
        return f"{incident} IN ({_OF_ONE})", (*parameters, *[self.extra["user"]] * 3)


def names(user_pk: int) -> Func:
    """Whether an incident names the user with this key."""
    return _Names(F("pk"), user=user_pk, output_field=BooleanField())


def named(incidents: Collection[int], people: Collection[int]) -> set[tuple[int, int]]:
    """Which of these incidents name which of these people, as pairs of keys. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_MANY, {"incidents": list(incidents), "people": list(people)})
        return set(cursor.fetchall())
