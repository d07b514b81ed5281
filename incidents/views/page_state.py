"""Facts for an incident's page from many small tables, in one round trip.

In SQL: through the ORM these nine queries, or one that nests them, cost more than the rest of the
page. The caller has read the incident through `visible_to`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from incidents.models import Incident
from incidents.views import page_parts

_QUERY = """
SELECT
  ARRAY(SELECT ARRAY[s.name, s.slug] FROM incidents_service s
        JOIN incidents_incident_services l ON l.service_id = s.id
        WHERE l.incident_id = %(pk)s ORDER BY s.name),
  ARRAY(SELECT ARRAY[t.name, t.slug] FROM incidents_tag t
        JOIN incidents_incident_tags l ON l.tag_id = t.id
        WHERE l.incident_id = %(pk)s ORDER BY t.name),
  ARRAY(SELECT ARRAY[r.role, coalesce(nullif(u.full_name, ''), u.username)]
        FROM incidents_incidentrole r JOIN accounts_user u ON u.id = r.user_id
        WHERE r.incident_id = %(pk)s ORDER BY r.role, u.username),
  (SELECT coalesce(max(number), 0) FROM incidents_revision WHERE incident_id = %(pk)s),
  (SELECT coalesce(max(r.number), 1) FROM incidents_edition e
   JOIN incidents_revision r ON r.id = e.revision_id WHERE r.incident_id = %(pk)s),
  ARRAY[{facts}]::boolean[],
  concat(
    (SELECT md5(string_agg(s::text, '|' ORDER BY s.position, s.id))
     FROM incidents_section s WHERE s.incident_id = %(pk)s), ' ',
    (SELECT md5(string_agg(e::text, '|' ORDER BY e.position, e.id))
     FROM incidents_timelineevent e WHERE e.incident_id = %(pk)s), ' ',
    (SELECT md5(string_agg(c::text, '|' ORDER BY c.position, c.id))
     FROM incidents_rootcause c WHERE c.incident_id = %(pk)s))
"""


@dataclass(frozen=True)
class PageState:
    """Facts for an incident's page.

    Services and tags are (name, slug), roles (role, name). `last_edition` is the revision last
    published here, or the first one. `facts` are those that the connected parts of the page name.
    `text` is a digest of every section, event and cause as stored.
    """

    services: list[list[str]]
    tags: list[list[str]]
    roles: list[list[str]]
    last_revision: int
    last_edition: int
    facts: Mapping[str, bool]
    text: str


def page_state(incident: Incident) -> PageState:
    """Read the state of the page of `incident`. One query."""
    asked = {name: sql for part in page_parts.connected() for name, sql in part.facts.items()}
    with connection.cursor() as cursor:
        cursor.execute(_QUERY.format(facts=", ".join(asked.values())), {"pk": incident.pk})
        services, tags, roles, revision, edition, facts, text = cursor.fetchone()
    named = dict(zip(asked, facts, strict=True))
    return PageState(services, tags, roles, revision, edition, named, text)
