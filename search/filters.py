"""What narrows a search: facets and a period."""

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
    """What narrows a search: any of a facet's values, all of the facets, nothing that is excluded.

    `chosen` holds for each facet slugs for service, team, tag and pattern, and values as they are
    stored for the others (SEV1, production, incident, draft, open …); what is excluded is under
    the facet's name with a minus before it. `since` and `until` are the first and the last day,
    in UTC, on which the incident may have occurred.
    """

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return bool(self.since or self.until or any(self.chosen.values()))

    def of(self, facet: str) -> tuple[str, ...]:
        """The values that are chosen of `facet`, which may be none."""
        return self.chosen.get(facet, ())

    @property
    def excluded(self) -> list[tuple[str, str]]:
        """`(facet, value)` of what must not be there."""
        return [(name[1:], value) for name in EXCLUDING for value in self.of(name)]

    def without(self, facet: str) -> SearchFilters:
        """The same with nothing chosen of `facet`, and nothing of it excluded."""
        kept = {name: values for name, values in self.chosen.items() if facet_of(name) != facet}
        return replace(self, chosen=kept)

    def toggled(self, facet: str, value: str) -> SearchFilters:
        """The same with `value` of `facet` chosen where it was not, and the other way round. What
        is chosen is no longer excluded, and what is excluded no longer chosen."""
        had, other = self.of(facet), opposite(facet)
        values = tuple(old for old in had if old != value) if value in had else (*had, value)
        against = tuple(old for old in self.of(other) if old != value)
        chosen = {**self.chosen, facet: values, other: against}
        return replace(self, chosen={name: kept for name, kept in chosen.items() if kept})


def facet_of(name: str) -> str:
    """The facet of a name that may say, by a minus before it, that it excludes."""
    return name.removeprefix("-")


def opposite(name: str) -> str:
    """The name that excludes what `name` chooses, and the other way round."""
    return name[1:] if name in EXCLUDING else f"-{name}"
