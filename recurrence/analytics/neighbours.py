"""The pattern links of an incident, and the other incidents with the same patterns, in one query.

In SQL: building it through the ORM takes ten times as long as running it. Visibility still comes
from `visible_to`, which is embedded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from accounts.models import Role, User
from core.prepared import Prepared
from incidents.models import Incident

LOOKED_AT = 50  # visible incidents of a pattern that are looked at before and after one
EARLIER = 10  # earlier incidents that are listed, with their action items
LATER = 6


@dataclass(frozen=True)
class Link:
    """A link of the incident to a pattern, with the pattern's playbooks as [slug, title, risk] and
    its other visible incidents with a confirmed link.

    `before` and `after` count them; `before_pks` are the latest of those before, latest first,
    `after_pks` the first of those after; `first_pk` is the earliest with a date. `is_undated` is
    True if some before it have no date, `is_whole` if all were looked at.
    """

    pk: int
    state: str
    origin: str
    evidence: str
    decided_at: datetime
    slug: str
    name: str
    playbooks: list[list[str]]
    before: int
    after: int
    before_pks: list[int]
    after_pks: list[int]
    first_pk: int | None
    is_undated: bool
    is_whole: bool

    @property
    def neighbours(self) -> set[int]:
        first = [self.first_pk] if self.first_pk else []
        return {*self.before_pks, *self.after_pks, *first}


def links(incident: Incident, user: User) -> list[Link]:
    """Return the links of `incident`, with each pattern's incidents visible to `user`. One query.

    An incident is earlier if its date is, or, if either date is not recorded, its number.
    """
    if not user.is_active:
        return []
    try:
        visible, visible_parameters = _visible.sql(Role(user.role), user.pk)
    except EmptyResultSet:
        return []
    moment = (incident.occurred_at, incident.number)
    parameters = [*visible_parameters, *moment, incident.number, incident.pk]
    with connection.cursor() as cursor:
        cursor.execute(_links_sql(visible), parameters)
        return [Link(*row) for row in cursor.fetchall()]


@Prepared
def _visible(role: Role, user_pk: int) -> QuerySet[Any, Any]:
    visible = Incident.objects.visible_to(User(pk=user_pk, role=role))
    return visible.order_by().values_list("id", "number", "occurred_at")


# The incidents recorded next before or after: by key, which an index yields without reading all.
# Comparing both columns makes PostgreSQL use that index.
_NEAR = """
    (SELECT seen.*, '{direction}' AS side FROM incidents_patternlink near
     JOIN visible seen ON seen.id = near.incident_id
     WHERE near.pattern_id = link.pattern_id AND near.state = 'confirmed'
       AND (near.pattern_id, near.incident_id) {comparison} (link.pattern_id, link.incident_id)
     ORDER BY near.incident_id {direction} LIMIT {most} + 1)
"""

_LINKS = """
WITH visible AS NOT MATERIALIZED ({visible})
SELECT link.id, link.state, link.origin, link.evidence, link.decided_at,
  pattern.slug, pattern.name,
  ARRAY(SELECT ARRAY[playbook.slug, playbook.title, playbook.risk]
        FROM playbooks_playbook playbook
        JOIN playbooks_playbook_patterns meant ON meant.playbook_id = playbook.id
        WHERE meant.failurepattern_id = link.pattern_id AND playbook.archived_at IS NULL
        ORDER BY playbook.title),
  others.*
FROM incidents_patternlink link
JOIN playbooks_failurepattern pattern ON pattern.id = link.pattern_id
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE is_before), count(*) FILTER (WHERE NOT is_before),
    coalesce((array_agg(id ORDER BY occurred_at DESC NULLS LAST, number DESC)
              FILTER (WHERE is_before))[1:{earlier}], ARRAY[]::bigint[]),
    coalesce((array_agg(id ORDER BY occurred_at, number)
              FILTER (WHERE NOT is_before))[1:{later}], ARRAY[]::bigint[]),
    (array_agg(id ORDER BY occurred_at, number)
     FILTER (WHERE is_before AND occurred_at IS NOT NULL))[1],
    coalesce(bool_or(occurred_at IS NULL) FILTER (WHERE is_before), false),
    greatest(count(*) FILTER (WHERE side = 'DESC'), count(*) FILTER (WHERE side = 'ASC')) <= {most}
  FROM (
    SELECT *, coalesce((occurred_at, number) < (%s::timestamptz, %s), number < %s) AS is_before
    FROM ({before} UNION ALL {after}) AS near
    WHERE link.state = 'confirmed'
  ) AS other
) AS others
WHERE link.incident_id = %s ORDER BY pattern.name
"""


@cache
def _links_sql(visible: str) -> str:
    return _LINKS.format(
        visible=visible,
        before=_NEAR.format(direction="DESC", comparison="<", most=LOOKED_AT),
        after=_NEAR.format(direction="ASC", comparison=">", most=LOOKED_AT),
        earlier=EARLIER,
        later=LATER,
        most=LOOKED_AT,
    )
