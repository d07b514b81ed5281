"""Search filters: facets and a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, get_args

FACETS = ("kind", "severity", "service", "team", "tag", "pattern", "environment", "status")
EXCLUDING = tuple(f"-{facet}" for facet in FACETS)

Sort = Literal["relevance", "newest", "oldest"]
SORTS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True)
class SearchFilters:
    """The filters of a search: any of the values chosen in a facet, all of the facets, nothing
    excluded.

    `chosen` holds slugs for service, team, tag and pattern, and stored values for the other facets
    (SEV1, production, incident, draft, open …); excluded values are under the facet's name with a
    leading minus. `since` and `until` are the first and last day, in UTC, on which the incident may
    have occurred.
    """

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return bool(self.since or self.until or any(self.chosen.values()))

    def of(self, facet: str) -> tuple[str, ...]:
        """Return the values chosen in `facet`, possibly none."""
        return self.chosen.get(facet, ())

    @property
    def excluded(self) -> list[tuple[str, str]]:
        """`(facet, value)` of every excluded value."""
        return [(name[1:], value) for name in EXCLUDING for value in self.of(name)]

    def without(self, facet: str) -> SearchFilters:
        """Return the same filters with nothing chosen or excluded in `facet`."""
        kept = {name: values for name, values in self.chosen.items() if facet_of(name) != facet}
        return replace(self, chosen=kept)

    def toggled(self, facet: str, value: str) -> SearchFilters:
        """Return the same filters with `value` of `facet` added, or removed if it was chosen. A
        value is never both chosen and excluded."""
        had, other = self.of(facet), opposite(facet)
        values = tuple(old for old in had if old != value) if value in had else (*had, value)
        against = tuple(old for old in self.of(other) if old != value)
        chosen = {**self.chosen, facet: values, other: against}
        return replace(self, chosen={name: kept for name, kept in chosen.items() if kept})


def facet_of(name: str) -> str:
    """Return the facet of a name that may start with a minus, which excludes."""
    return name.removeprefix("-")


def opposite(name: str) -> str:
    """Return the name that excludes what `name` chooses, and the other way round."""
    return name[1:] if name in EXCLUDING else f"-{name}"
