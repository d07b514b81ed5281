"""What narrows the results, as the page offers it: chips, orders, and facets with their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote

from core import times
from search import period
from search.criteria import NAMES as FILTERS
from search.criteria import PERIOD, Asked, Misread
from search.engine import MOST_COUNTED
from search.facet_values import FIXED
from search.facets import AtLeast
from search.filters import EXCLUDING, FACETS, Sort, facet_of, opposite
from search.parser import parse

NAMES = {
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
SORTS: Mapping[Sort, str] = {"relevance": "Best first", "newest": "Newest", "oldest": "Oldest"}
MOST_SHOWN = 8  # values of a facet; the next are one tap away
MOST_MORE = 24  # and what is beyond is typed

Counts = Mapping[str, Sequence[tuple[str, str, int]]]
"""For each facet `(value, label, how many results)`."""


@dataclass(frozen=True)
class Chip:
    """Something that narrows, and the address without it."""

    text: str
    remove: str


@dataclass(frozen=True)
class Link:
    """Something to choose among others, and where choosing it leads; where it can be left out
    instead, where that leads."""

    label: str
    url: str
    without_url: str = ""
    chosen: bool = False
    excluded: bool = False
    count: str = ""
    key: str = ""


@dataclass(frozen=True)
class Group:
    """A facet: what can be chosen of it, in an order that does not change with the counts."""

    name: str
    links: tuple[Link, ...]
    more: tuple[Link, ...] = ()


def chips(asked: Asked) -> list[Chip]:
    """All that narrows, each removable by itself."""
    found = []
    for name in FILTERS:
        for value in asked.filters.of(name):
            found.append(Chip(_reading(asked, name, value), asked.toggled(name, value).url()))
    for name, day in zip(PERIOD, (asked.filters.since, asked.filters.until), strict=True):
        if day:
            ago = PERIODS.get(asked.since) if name == "since" else None
            found.append(Chip(ago or f"{name} {times.day(day)}", _without(asked, name).url()))
    if asked.as_typed:
        found.append(Chip("Exactly as typed", replace(asked, as_typed=False, page=1).url()))
    return found


def _reading(asked: Asked, name: str, value: str) -> str:
    facet = facet_of(name)
    label = asked.labels.get((facet, value), value)
    if name == facet:
        return label if facet in FIXED else f"{NAMES[facet]}: {label}"
    return f"not {label}" if facet in FIXED else f"not {NAMES[facet].lower()} {label}"


@dataclass(frozen=True)
class Notice:
    """What was not understood, and what may have been meant."""

    text: str
    meant: str = ""
    url: str = ""


def notices(asked: Asked) -> list[Notice]:
    """What looked like a filter and was none, and words that only leave out."""
    found = []
    if asked.words.startswith("-") and not (parse(asked.sought) or asked.filters):
        found.append(Notice("That only says what to leave out: say what to look for as well."))
    for misread in asked.misread:
        text = f"{misread.problem} {_taken_as(misread)}"
        if misread.meant:
            found.append(Notice(text, misread.meant.label, asked.meaning(misread).url()))
        else:
            found.append(Notice(text))
    return found


def _taken_as(misread: Misread) -> str:
    if not misread.token:
        return "It was passed over."
    if misread.field in EXCLUDING:
        return "What holds these words was left out."
    return "It was looked for as words."


def _without(asked: Asked, name: str) -> Asked:
    left = {"since": asked.since, "until": asked.until} | {name: ""}
    filters = replace(asked.filters, **{name: None})  # type: ignore[arg-type]
    return replace(asked, filters=filters, page=1, **left)  # type: ignore[arg-type]


def sorts(asked: Asked) -> list[Link]:
    """The orders to choose from. Without words nothing is better than anything else."""
    offered = [sort for sort in SORTS if asked.words or sort != "relevance"]
    chosen = asked.sort if asked.sort in offered else "newest"
    return [
        Link(SORTS[sort], replace(asked, sort=sort, page=1).url(), chosen=sort == chosen)
        for sort in offered
    ]


def groups(asked: Asked, counts: Counts, today: date) -> list[Group]:
    """The facets of which something can be chosen, or is."""
    found = [_group(asked, facet, counts.get(facet, ())) for facet in FACETS]
    number = {since: count for since, _, count in counts.get("since", ())}
    return [group for group in [*found, _period(asked, number, today)] if group.links]


def _group(asked: Asked, facet: str, counted: Sequence[tuple[str, str, int]]) -> Group:
    number = {value: count for value, _, count in counted}
    label = {value: name for value, name, _ in counted} | {
        value: asked.labels.get((facet, value), value)
        for name in (facet, opposite(facet))
        for value in asked.filters.of(name)
    }
    if facet in FIXED:
        wanted = [v for v in FIXED[facet] if facet == "kind" or number.get(v) or v in label]
        return Group(NAMES[facet], _links(asked, facet, wanted, FIXED[facet], number))
    chosen = (*asked.filters.of(facet), *asked.filters.of(opposite(facet)))
    # The most frequent are shown, but by name: a count that changes moves nothing.
    often = sorted(label, key=lambda value: (value not in chosen, -number.get(value, 0), value))
    shown, more = (
        sorted(part, key=lambda value: (label[value].casefold(), value))
        for part in (often[:MOST_SHOWN], often[MOST_SHOWN : MOST_SHOWN + MOST_MORE])
    )
    return Group(
        NAMES[facet],
        _links(asked, facet, shown, label, number),
        _links(asked, facet, more, label, number),
    )


def _links(
    asked: Asked,
    facet: str,
    values: Sequence[str],
    label: Mapping[str, str],
    number: Mapping[str, int],
) -> tuple[Link, ...]:
    other = opposite(facet)
    chosen, excluded = asked.filters.of(facet), asked.filters.of(other)
    named = (*chosen, *excluded)
    more, less = _one_more(asked, facet), _one_more(asked, other)
    none = AtLeast() if any(isinstance(one, AtLeast) for one in number.values()) else 0
    return tuple(
        Link(
            label[value],
            asked.toggled(facet, value).url() if value in named else more + quote(value),
            asked.toggled(other, value).url() if value in named else less + quote(value),
            chosen=value in chosen,
            excluded=value in excluded,
            count=counted(number.get(value, none)),
            key=f"{facet}-{value}",
        )
        for value in values
    )


def _one_more(asked: Asked, facet: str) -> str:
    """The address with another value of `facet`, up to that value: put together once for all."""
    address = replace(asked, page=1).url()
    return f"{address}{'&' if '?' in address else '?'}{facet}="


def days(today: date) -> dict[str, date]:
    """The first day of each period that the page offers, by how it is written."""
    read = {since: period.read(since, today) for since in PERIODS}
    return {since: found.first for since, found in read.items() if found}


def _period(asked: Asked, number: Mapping[str, int], today: date) -> Group:
    now = "" if asked.until else asked.since
    return Group(
        "Period",
        tuple(
            Link(
                label,
                asked.within("" if now == since else since, "", today).url(),
                chosen=now == since,
                count=counted(number[since]) if since in number else "",
                key=f"since-{since}",
            )
            for since, label in PERIODS.items()
        ),
    )


def counted(number: int) -> str:
    """How many, as far as it was counted: “1,000+”; nothing where none was met among some."""
    if isinstance(number, AtLeast):
        return f"{number:,}+" if number else ""
    return f"{number:,}+" if number >= MOST_COUNTED else f"{number:,}"
