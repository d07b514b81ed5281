"""What narrows a search: facets and a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, get_args

FACETS = ("kind", "severity", "service", "team", "tag", "pattern", "environment", "status")

Sort = Literal["relevance", "newest", "oldest"]
SORTS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True)
class Filters:
    """What narrows a search. Any of a facet's values, all of the facets.

    `chosen` holds for each facet slugs for service, team, tag and pattern, and values as they are
    stored for the others (SEV1, production, incident, draft, open …). `since` and `until` are the
    first and the last day, in UTC, on which the incident may have occurred.
    """

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return bool(self.since or self.until or any(self.chosen.values()))

    def of(self, facet: str) -> tuple[str, ...]:
        """The values that are chosen of `facet`, which may be none."""
        return self.chosen.get(facet, ())

    def without(self, facet: str) -> Filters:
        """The same with nothing chosen of `facet`."""
        return replace(
            self, chosen={name: values for name, values in self.chosen.items() if name != facet}
        )

    def toggled(self, facet: str, value: str) -> Filters:
        """The same with `value` of `facet` chosen where it was not, and the other way round."""
        had = self.of(facet)
        values = tuple(old for old in had if old != value) if value in had else (*had, value)
        chosen = {**self.chosen, facet: values}
        return replace(self, chosen={name: kept for name, kept in chosen.items() if kept})
