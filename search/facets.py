"""Facet counts: how many of the matches have each value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from search.engine import MAX_SAMPLED, matching_documents
from search.facet_values import FIXED, NAMED
from search.filters import FACETS, SearchFilters, opposite

Counts = dict[str, list[tuple[str, str, int]]]


class AtLeast(int):
    """A number counted among some of the matches: there may be more."""


_LABELS = """
WITH counted AS MATERIALIZED (
    SELECT labels, occurred_on FROM search_document WHERE id = ANY(%s)
)
SELECT label, count(*) FROM counted CROSS JOIN LATERAL unnest(labels) AS label GROUP BY label
UNION ALL
SELECT '#since:' || name, (SELECT count(*) FROM counted WHERE occurred_on >= day)
FROM unnest(%s::text[], %s::date[]) AS since (name, day)
"""
_NAMES = " UNION ALL ".join(
    f"SELECT '{facet}', slug, name FROM {table} WHERE slug = ANY(%({facet})s)"  # noqa: S608
    for facet, table in NAMED.items()
)


def counts(
    text: str,
    *,
    user: User | AnonymousUser,
    filters: SearchFilters,
    as_typed: bool = False,
    since: Mapping[str, date] | None = None,
) -> Counts:
    """Return (value, name, number) for each facet, most frequent first, counted among the 500 best
    matches; if there may be more matches, the numbers are `AtLeast`.

    Values chosen or excluded in a facet do not narrow its own counts, so that another value can be
    added. For each day in `since`, a name and a date, the facet “since” counts what occurred from
    that day on, in the given order.
    """

    def found_by(filters: SearchFilters) -> list[int]:
        return matching_documents(text, user=user, filters=filters, as_typed=as_typed)

    days = since or {}
    everywhere = _labels(found_by(filters), days)
    found = {facet: everywhere[facet] for facet in FACETS}
    for facet in FACETS:
        if filters.of(facet) or filters.of(opposite(facet)):
            found[facet] = _labels(found_by(filters.without(facet)), {})[facet]
    recent = everywhere["since"]
    if days and (filters.since or filters.until):
        recent = _labels(found_by(replace(filters, since=None, until=None)), days)["since"]
    named = _named(found)
    return named | ({"since": [(name, name, recent.get(name, 0)) for name in days]} if days else {})


def _named(found: dict[str, dict[str, int]]) -> Counts:
    names = _names(found)
    return {
        facet: [
            (value, FIXED.get(facet, {}).get(value) or names.get((facet, value), value), number)
            for value, number in sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        for facet, values in found.items()
    }


def _labels(documents: list[int], days: Mapping[str, date]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    if documents:
        with connection.cursor() as cursor:
            cursor.execute(_LABELS, [documents, list(days), list(days.values())])
            as_counted = int if len(documents) < MAX_SAMPLED else AtLeast
            for label, number in cursor.fetchall():
                facet, _, value = label[1:].partition(":")
                found[facet][value] = as_counted(number)
    return found


def _names(found: dict[str, dict[str, int]]) -> dict[tuple[str, str], str]:
    slugs = {facet: list(found[facet]) for facet in NAMED}
    if not any(slugs.values()):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, slugs)
        return {(facet, slug): name for facet, slug, name in cursor.fetchall()}
