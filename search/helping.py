"""Which playbooks stand beside an incident among the results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

MOST = 3  # beside one incident

# One query by hand: through the ORM, putting it together takes longer than answering it.
_OFFERED = """
WITH asked AS (SELECT id, reference FROM incidents_incident WHERE reference = ANY(%s)),
offered AS (
    SELECT link.incident_id, remedy.playbook_id
    FROM incidents_patternlink link
    JOIN playbooks_playbook_patterns remedy ON remedy.failurepattern_id = link.pattern_id
    WHERE link.state = 'confirmed' AND link.incident_id IN (SELECT id FROM asked)
    UNION
    SELECT incident_id, playbook_id FROM incidents_playbookuse
    WHERE incident_id IN (SELECT id FROM asked)
)
SELECT asked.reference, book.slug, book.title, coalesce(
    (SELECT min(CASE used.outcome WHEN 'helped' THEN 0 WHEN 'partly' THEN 1 ELSE 3 END)
     FROM incidents_playbookuse used
     WHERE used.incident_id = asked.id AND used.playbook_id = book.id), 2)
FROM offered
JOIN asked ON asked.id = offered.incident_id
JOIN playbooks_playbook book ON book.id = offered.playbook_id
"""


def playbooks_for(
    incidents: Sequence[str], *, found: Sequence[str]
) -> dict[str, list[tuple[str, str]]]:
    """For each of these references, of incidents that the reader may see, at most three playbooks
    as (slug, title): those that were followed in it or are for its patterns.

    What helped there comes first, then what was `found` itself, as slugs; what was tried in vain
    comes last.
    """
    if not incidents:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_OFFERED, [list(incidents)])
        rows = cursor.fetchall()
    place = {slug: number for number, slug in enumerate(found)}
    worth: dict[str, list[tuple[int, int, str, str]]] = defaultdict(list)
    for reference, slug, title, helped in rows:
        worth[reference].append((helped, place.get(slug, len(place)), title, slug))
    return {
        reference: [(slug, title) for _, _, title, slug in sorted(books)[:MOST]]
        for reference, books in worth.items()
    }
