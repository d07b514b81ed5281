"""Which playbooks stand beside an incident among the results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from core.prepared import as_array

MOST = 3  # beside one incident

_UNTRIED = 2  # between what helped, wholly or partly, and what did not
# By hand, and joined no further than it must be: planning a query that also picks the best of them
# takes longer than all else.
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
    """For each of these incidents, which the reader may see, at most three playbooks as
    (slug, title): those that were followed in it or are for its patterns.

    What helped there comes first, then what was `found` itself, as slugs; what was tried in vain
    comes last.
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

        return sorted(books.items(), key=worth)[:MOST]

    return {incident: best(incident, books) for incident, books in titles.items()}
