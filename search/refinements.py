"""Refinements of a search as the page offers them: chips, sort orders, and facets with counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote

from core import times
from search import period
from search.criteria import NAMES as FILTERS
from search.criteria import PERIOD, Criteria, UnknownFilter
from search.engine import MAX_COUNTED
from search.facet_values import FIXED
from search.facets import AtLeast
from search.filters import EXCLUDING, FACETS, Sort, facet_of, opposite
from search.parser import parse

FACET_NAMES = {
    "kind": "Kind",
    "severity": "Severity",
    "service": "Service",
    "team": "Team",
    "tag": "Tag",
    "pattern": "Failure pattern",
    "environment": "Environment",
    "status": "Status",
}
PERIODS = {"30d": "Last 30 days", "90d": "Last 90 days", "1y": "Last 12 months"}
SORTS: Mapping[Sort, str] = {"relevance": "Best match", "newest": "Newest", "oldest": "Oldest"}
MAX_SHOWN = 8  # values of a facet; the others unfold
MAX_MORE = 24  # values that unfold; any others have to be typed

Counts = Mapping[str, Sequence[tuple[str, str, int]]]
"""`(value, label, number of results)` for each facet."""


@dataclass(frozen=True)
class Chip:
    """A filter in use, and the URL without it."""

    text: str
    remove: str


@dataclass(frozen=True)
class FacetLink:
    """A value to choose, the URL that chooses it and, if it can be excluded, the URL for that."""

    label: str
    url: str
    without_url: str = ""
    chosen: bool = False
    excluded: bool = False
    count: str = ""
    key: str = ""


@dataclass(frozen=True)
class FacetGroup:
    """A facet and its values, in an order that does not change with the counts."""

    name: str
    links: tuple[FacetLink, ...]
    more: tuple[FacetLink, ...] = ()


def chips(criteria: Criteria) -> list[Chip]:
    """Return the filters in use, each removable by itself."""
    found = []
    for name in FILTERS:
        for value in criteria.filters.of(name):
            found.append(
                Chip(_chip_text(criteria, name, value), criteria.toggled(name, value).url())
            )
    for name, day in zip(PERIOD, (criteria.filters.since, criteria.filters.until), strict=True):
        if day:
            ago = PERIODS.get(criteria.since) if name == "since" else None
            found.append(Chip(ago or f"{name} {times.day(day)}", _without(criteria, name).url()))
    if criteria.as_typed:
        found.append(Chip("Exactly as typed", replace(criteria, as_typed=False, page=1).url()))
    return found


def _chip_text(criteria: Criteria, name: str, value: str) -> str:
    facet = facet_of(name)
    label = criteria.labels.get((facet, value), value)
    if name == facet:
        return label if facet in FIXED else f"{FACET_NAMES[facet]}: {label}"
    return f"not {label}" if facet in FIXED else f"not {FACET_NAMES[facet].lower()} {label}"


@dataclass(frozen=True)
class Notice:
    """Something that was not understood, and the probable meaning."""

    text: str
    suggestion: str = ""
    url: str = ""


def notices(criteria: Criteria) -> list[Notice]:
    """Return a notice for each unknown filter, and for a query with exclusions only."""
    found = []
    if criteria.words.startswith("-") and not (parse(criteria.search_text) or criteria.filters):
        found.append(Notice("This query only excludes. Add something to search for."))
    for unknown in criteria.unknown_filters:
        text = f"{unknown.problem} {_consequence(unknown)}"
        if unknown.suggestion:
            found.append(
                Notice(text, unknown.suggestion.label, criteria.with_suggestion(unknown).url())
            )
        else:
            found.append(Notice(text))
    return found


def _consequence(unknown: UnknownFilter) -> str:
    if not unknown.token:
        return "It was ignored."
    if unknown.field in EXCLUDING:
        return "Results with these words were excluded."
    return "It was searched as words."


def _without(criteria: Criteria, name: str) -> Criteria:
    left = {"since": criteria.since, "until": criteria.until} | {name: ""}
    filters = replace(criteria.filters, **{name: None})  # type: ignore[arg-type]
    return replace(criteria, filters=filters, page=1, **left)  # type: ignore[arg-type]


def sort_links(criteria: Criteria) -> list[FacetLink]:
    """Return the available sort orders. Without words there is no relevance."""
    offered = [sort for sort in SORTS if criteria.words or sort != "relevance"]
    chosen = criteria.sort if criteria.sort in offered else "newest"
    return [
        FacetLink(SORTS[sort], replace(criteria, sort=sort, page=1).url(), chosen=sort == chosen)
        for sort in offered
    ]


def facet_groups(criteria: Criteria, counts: Counts, today: date) -> list[FacetGroup]:
    """Return the facets with values to choose or chosen."""
    found = [_group(criteria, facet, counts.get(facet, ())) for facet in FACETS]
    number = {since: count for since, _, count in counts.get("since", ())}
    return [group for group in [*found, _period(criteria, number, today)] if group.links]


def _group(criteria: Criteria, facet: str, counted: Sequence[tuple[str, str, int]]) -> FacetGroup:
    number = {value: count for value, _, count in counted}
    label = {value: name for value, name, _ in counted} | {
        value: criteria.labels.get((facet, value), value)
        for name in (facet, opposite(facet))
        for value in criteria.filters.of(name)
    }
    if facet in FIXED:
        wanted = [v for v in FIXED[facet] if facet == "kind" or number.get(v) or v in label]
        return FacetGroup(FACET_NAMES[facet], _links(criteria, facet, wanted, FIXED[facet], number))
    chosen = (*criteria.filters.of(facet), *criteria.filters.of(opposite(facet)))
    # The most frequent are shown, but sorted by name: changing counts move nothing.
    often = sorted(label, key=lambda value: (value not in chosen, -number.get(value, 0), value))
    shown, more = (
        sorted(part, key=lambda value: (label[value].casefold(), value))
        for part in (often[:MAX_SHOWN], often[MAX_SHOWN : MAX_SHOWN + MAX_MORE])
    )
    return FacetGroup(
        FACET_NAMES[facet],
        _links(criteria, facet, shown, label, number),
        _links(criteria, facet, more, label, number),
    )


def _links(
    criteria: Criteria,
    facet: str,
    values: Sequence[str],
    label: Mapping[str, str],
    number: Mapping[str, int],
) -> tuple[FacetLink, ...]:
    other = opposite(facet)
    chosen, excluded = criteria.filters.of(facet), criteria.filters.of(other)
    named = (*chosen, *excluded)
    more, less = _url_to_add(criteria, facet), _url_to_add(criteria, other)
    none = AtLeast() if any(isinstance(one, AtLeast) for one in number.values()) else 0
    return tuple(
        FacetLink(
            label[value],
            criteria.toggled(facet, value).url() if value in named else more + quote(value),
            criteria.toggled(other, value).url() if value in named else less + quote(value),
            chosen=value in chosen,
            excluded=value in excluded,
            count=count_text(number.get(value, none)),
            key=f"{facet}-{value}",
        )
        for value in values
    )


def _url_to_add(criteria: Criteria, facet: str) -> str:
    """Return the URL that adds a value of `facet`, up to that value: built once for all values."""
    address = replace(criteria, page=1).url()
    return f"{address}{'&' if '?' in address else '?'}{facet}="


def period_starts(today: date) -> dict[str, date]:
    """Return the first day of each period that the page offers, by the period as written."""
    read = {since: period.read(since, today) for since in PERIODS}
    return {since: found.first for since, found in read.items() if found}


def _period(criteria: Criteria, number: Mapping[str, int], today: date) -> FacetGroup:
    now = "" if criteria.until else criteria.since
    return FacetGroup(
        "Period",
        tuple(
            FacetLink(
                label,
                criteria.in_period("" if now == since else since, "", today).url(),
                chosen=now == since,
                count=count_text(number[since]) if since in number else "",
                key=f"since-{since}",
            )
            for since, label in PERIODS.items()
        ),
    )


def count_text(number: int) -> str:
    """Return a count as text: “1,000+” if counting stopped there; empty if none was found in a
    sample."""
    if isinstance(number, AtLeast):
        return f"{number:,}+" if number else ""
    return f"{number:,}+" if number >= MAX_COUNTED else f"{number:,}"
