"""Builders of clauses in PostgreSQL's syntax for text-search queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise, product

from search import keys
from search.expansion import ExpandedWord, Lexemes, stemmed
from search.filters import FACETS, SearchFilters
from search.parser import Term
from search.statistics import DocumentFrequencies


def filter_clauses(filters: SearchFilters) -> list[str]:
    """Return the filters in PostgreSQL's syntax, by whole months; the exact days of a period need a
    further check."""
    found = [
        any_of(keys.quoted(keys.label(facet, value)) for value in values)
        for facet in FACETS
        if (values := filters.of(facet))
    ]
    found += [f"!{keys.quoted(keys.label(facet, value))}" for facet, value in filters.excluded]
    if period := period_keys(filters):
        found.append(any_of(map(keys.quoted, period)))
    return found


def period_keys(filters: SearchFilters) -> list[str]:
    """Return the keys of the months and years in the period; empty without one."""
    if not (filters.since or filters.until):
        return []
    since = max(filters.since or date(1970, 1, 1), date(1970, 1, 1))
    until = min(filters.until or date(2100, 1, 1), date(2100, 12, 31))
    return list(keys.period(since, until)) or ["#month:none"]


def word_clause(one: ExpandedWord) -> str:
    return any_of(all_of(form) for form, _ in one.forms)


def form_clause(form: Lexemes, size: float, frequencies: DocumentFrequencies) -> str:
    if number := tier_of(form, size, frequencies):
        return keys.quoted(keys.tier(form[0], number))
    return all_of(form)


def tier_of(form: Lexemes, size: float, frequencies: DocumentFrequencies) -> int:
    """Return the number of the tier with the best `size` documents of a form; 0 if there is none,
    which means all of them."""
    number = next((n for n, most in enumerate(keys.TIER_SIZES, start=1) if most >= size), 0)
    return number if len(form) == 1 and number <= frequencies.tiers.get(form[0], 0) else 0


def side_by_side(term: Term, words: dict[str, ExpandedWord] | object) -> str:
    """Return a query for the words of a term and their pairs, each in its other single-word forms
    if `words` has them."""
    forms = [
        [form[0] for form, _ in words[word].forms if len(form) == 1]
        if isinstance(words, dict) and word in words
        else [lexeme]
        for word, lexeme in zip(term.words, stemmed(term), strict=True)
    ]
    parts = [any_of(map(keys.quoted, of_word)) for of_word in forms]
    for first, second in pairwise(forms):
        parts.append(any_of(keys.quoted(keys.pair(a, b)) for a, b in product(first, second)))
    return f"({' & '.join(parts)})"


def all_of(form: Lexemes) -> str:
    """Return a query for the lexemes of a form, side by side: “look over what failed” is no
    “failover”."""
    parts = " & ".join(map(keys.quoted, (*form, *keys.pairs(form))))
    return f"({parts})" if len(form) > 1 else parts


def any_of(parts: Iterable[str]) -> str:
    found = list(parts)
    return f"({' | '.join(found)})" if len(found) > 1 else "".join(found)
