"""People named on an incident: as readers, in a role, or through a team.

Written in SQL because every query of the product goes through here: building three nested querysets
took longer than the rest of a page.
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
    """A boolean expression: the incident names a user."""

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **context: Any) -> tuple[str, Any]:
        incident, parameters = compiler.compile(self.source_expressions[0])
        return f"{incident} IN ({_OF_ONE})", (*parameters, *[self.extra["user"]] * 3)


def names(user_pk: int) -> Func:
    """Return an expression that is true for incidents naming the user with this key."""
    return _Names(F("pk"), user=user_pk, output_field=BooleanField())


def named(incidents: Collection[int], people: Collection[int]) -> set[tuple[int, int]]:
    """Return pairs (incident key, user key) for `people` named on `incidents`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_MANY, {"incidents": list(incidents), "people": list(people)})
        return set(cursor.fetchall())
