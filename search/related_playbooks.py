"""Playbooks to show beside an incident among the results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from core.prepared import as_array

MAX_PLAYBOOKS = 3  # playbooks beside one incident

_UNTRIED = 2  # between playbooks that helped, fully or partly, and those that did not
# Raw SQL with as few joins as possible: planning a query that also picks the best playbooks would
# take longer than all the rest.
_OFFERED = """
SELECT link.incident_id, book.slug, book.title, NULL
FROM incidents_patternlink link
JOIN playbooks_playbook_patterns remedy ON remedy.failurepattern_id = link.pattern_id
JOIN playbooks_playbook book ON book.id = remedy.playbook_id
WHERE book.archived_at IS NULL
  AND link.state = 'confirmed' AND link.incident_id = ANY(%(incidents)s)
UNION ALL
SELECT used.incident_id, book.slug, book.title,
    CASE used.outcome WHEN 'helped' THEN 0 WHEN 'partly' THEN 1 ELSE 3 END
FROM incidents_playbookuse used JOIN playbooks_playbook book ON book.id = used.playbook_id
WHERE book.archived_at IS NULL AND used.incident_id = ANY(%(incidents)s)
"""


def related_playbooks(
    incidents: Sequence[int], *, found: Sequence[str]
) -> dict[int, list[tuple[str, str]]]:
    """Return up to three playbooks, as (slug, title), for each of these incidents, which the user
    may see: playbooks used in it or written for its patterns.

    Playbooks that helped come first, then slugs in `found`, the search results; those that did not
    help come last.
    """
    if not incidents:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_OFFERED, {"incidents": as_array(incidents)})
        rows = cursor.fetchall()
    titles: dict[int, dict[str, str]] = defaultdict(dict)
    helped: dict[tuple[int, str], int] = {}
    for incident, slug, title, how in rows:
        titles[incident][slug] = title
        if how is not None:
            helped[incident, slug] = min(how, helped.get((incident, slug), how))
    place = {slug: number for number, slug in enumerate(found)}

    def best(incident: int, books: dict[str, str]) -> list[tuple[str, str]]:
        def worth(book: tuple[str, str]) -> tuple[int, int, str]:
            slug, title = book
            return helped.get((incident, slug), _UNTRIED), place.get(slug, len(place)), title

        return sorted(books.items(), key=worth)[:MAX_PLAYBOOKS]

    return {incident: best(incident, books) for incident, books in titles.items()}
