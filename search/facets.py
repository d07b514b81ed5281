"""How many of the matches each value of a filter would leave."""

from __future__ import annotations

from collections import defaultdict

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from search.filters import FACETS, Filters
from search.query import matching
from search.values import FIXED, NAMED

Counts = dict[str, list[tuple[str, str, int]]]

_LABELS = """
SELECT label, count(*) FROM search_document CROSS JOIN LATERAL unnest(labels) AS label
WHERE id = ANY(%s) GROUP BY label
"""
_NAMES = " UNION ALL ".join(
    f"SELECT '{facet}', slug, name FROM {table} WHERE slug = ANY(%({facet})s)"  # noqa: S608
    for facet, table in NAMED.items()
)


def counts(
    text: str, *, user: User | AnonymousUser, filters: Filters, as_typed: bool = False
) -> Counts:
    """For each facet (value, name, number), most first, counted among the best 1,000 matches.

    What is chosen of a facet does not narrow its own counts, so that another value can be added.
    """
    everywhere = _labels(matching(text, user=user, filters=filters, as_typed=as_typed))
    found = {facet: everywhere[facet] for facet in FACETS}
    for facet in FACETS:
        if filters.of(facet):
            without = filters.without(facet)
            found[facet] = _labels(matching(text, user=user, filters=without, as_typed=as_typed))[
                facet
            ]
    names = _names(found)
    return {
        facet: [
            (value, FIXED.get(facet, {}).get(value) or names.get((facet, value), value), number)
            for value, number in sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        for facet, values in found.items()
    }


def _labels(documents: list[int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    if documents:
        with connection.cursor() as cursor:
            cursor.execute(_LABELS, [documents])
            for label, number in cursor.fetchall():
                facet, _, value = label[1:].partition(":")
                found[facet][value] = number
    return found


def _names(found: dict[str, dict[str, int]]) -> dict[tuple[str, str], str]:
    slugs = {facet: list(found[facet]) for facet in NAMED}
    if not any(slugs.values()):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, slugs)
        return {(facet, slug): name for facet, slug, name in cursor.fetchall()}
