"""Building blocks of the filters of all lists: choices, chips, and reading the address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date

from incidents.models import Incident, PatternLink


class Choice(NamedTuple):
    """A value to filter by. A tuple, since there may be hundreds on a page."""

    value: str
    label: str
    pk: int = 0
    chosen: bool = False


@dataclass(frozen=True)
class Chip:
    """An active filter, with the address of the list without it."""

    text: str
    remove: str


class ChosenFilters(Protocol):
    """Filters read from an address, with explanations of invalid values."""

    chosen: dict[str, list[Choice]]
    ignored: list[str]


def choose(
    filters: ChosenFilters, kind: str, values: Iterable[str], known: dict[str, Choice]
) -> None:
    """Add the `known` ones of `values` to the chosen filters, and explain the others."""
    for value in dict.fromkeys(filter(None, values)):
        if value in known:
            filters.chosen.setdefault(kind, []).append(known[value])
        else:
            filters.ignored.append(f"There is no {kind} “{value[:60]}”.")


def day_in(raw: str, filters: ChosenFilters, today: date) -> date | None:
    """Parse a day; return None, with an explanation in `filters.ignored`, if it is invalid."""
    if not raw:
        return None
    try:
        found = parse_date(raw)
    except ValueError:
        found = None
    if found is None:
        filters.ignored.append(f"“{raw[:60]}” is not a date; write one such as {today}.")
    return found


def incidents_with(kind: str, pks: list[int]) -> QuerySet[Any, Any]:
    """Return the keys of incidents with one of these services, tags or confirmed patterns."""
    if kind == "service":
        return Incident.services.through.objects.filter(service__in=pks).values("incident")
    if kind == "tag":
        return Incident.tags.through.objects.filter(tag__in=pks).values("incident")
    return PatternLink.objects.confirmed().filter(pattern__in=pks).values("incident")


def without(query: QueryDict, *kinds: str) -> str:
    """Return the address of the list without these filters, from its first page."""
    return with_(query, **dict.fromkeys(kinds, ""))


def with_(query: QueryDict, **fields: str) -> str:
    """Return the address of the list with `fields` as given, from its first page.

    Empty fields are removed.
    """
    # Not through a copy of the query: a list has many such addresses, and copies are slow.
    kept = {name: values for name, values in query.lists() if name != "page"}
    kept |= {name: [value] if value else [] for name, value in fields.items()}
    return "?" + urlencode(kept, doseq=True)


def choices_of(labels: dict[str, str]) -> list[Choice]:
    return [Choice(value, label) for value, label in labels.items()]


def marked(known: Iterable[Choice], chosen: Iterable[str]) -> tuple[Choice, ...]:
    """Return `known` with those in `chosen` marked."""
    on = set(chosen)
    return tuple(choice._replace(chosen=True) if choice.value in on else choice for choice in known)
