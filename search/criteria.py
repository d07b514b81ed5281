"""Search criteria: the text of the search box and the filters of the URL, read as one.

`service:checkout severity:sev1 since:2025-01` in the box means the same as these filters in the
URL; `-tag:drill` excludes. Text that looks like a filter but names no known value stays among the
words, and the page says so: an error message may contain `status:500`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from django.http import QueryDict
from django.utils.http import urlencode

from accounts.models import User
from core.text import storable
from incidents.addresses import page_url
from search import facet_values, period
from search.facet_values import FacetValue
from search.filters import EXCLUDING, FACETS, SORTS, SearchFilters, Sort, facet_of, opposite
from search.parser import MAX_CHARACTERS, PHRASE

MAX_READ = 2_000  # characters of the box in which filters are looked for
MAX_VALUES = 40  # filters; more are a mistake
MAX_TOLD = 3
MAX_PAGES = 50
NAMES = (*FACETS, *EXCLUDING)
PERIOD = ("since", "until")
_FIELDS = {
    **{facet: facet for facet in (*FACETS, *PERIOD)},
    "env": "environment",
    "sev": "severity",
    "services": "service",
    "tags": "tag",
}
_TOKEN = re.compile(
    PHRASE + r'|(?P<minus>-?)(?P<field>[a-z]+):(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))(?!\S)'
    r"|\S+",
    re.IGNORECASE,
)
_OPEN = re.compile(r'-?"[^"]*')


@dataclass(frozen=True)
class UnknownFilter:
    """Text that looks like a filter but names no known value: as written, its whole token in the
    box if it stood there, and the value that was probably meant."""

    field: str
    written: str
    token: str = ""
    suggestion: FacetValue | None = None

    @property
    def problem(self) -> str:
        """The problem, as a sentence."""
        if self.field in PERIOD:
            return f"“{self.written}” is not a date. Write one such as 2025, 2025-01 or 30d."
        return f"No {facet_of(self.field)} is called “{self.written}”."


@dataclass(frozen=True)
class Criteria:
    """The criteria of one search. `words` are the text of the box without filters. `since` and
    `until` are kept as written, so “30d” keeps meaning the last thirty days.

    `box` is the text of the box as sent; `from_address` the other `fields` of the URL, which a page
    repeats while the box is still being edited.
    """

    words: str = ""
    filters: SearchFilters = field(default_factory=SearchFilters)
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)
    since: str = ""
    until: str = ""
    sort: Sort = "relevance"
    as_typed: bool = False
    page: int = 1
    unknown_filters: tuple[UnknownFilter, ...] = ()
    box: str = field(default="", compare=False)
    from_address: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        return bool(self.words or self.filters)

    @property
    def search_text(self) -> str:
        """The words to search for: an unknown filter is split into two terms, but exclusions stay
        whole."""
        words = self.words
        for unknown in self.unknown_filters:
            if unknown.token and unknown.field not in EXCLUDING:
                words = words.replace(unknown.token, unknown.token.replace(":", " "), 1)
        return words

    @property
    def text(self) -> str:
        """All criteria as text for the search box."""
        named = [f"{name}:{value}" for name in NAMES for value in self.filters.of(name)]
        named += [f"{name}:{text}" for name in PERIOD if (text := getattr(self, name))]
        return " ".join(filter(None, [self.words, *named]))

    @property
    def fields(self) -> list[tuple[str, str]]:
        """All criteria but the words and the page, as form and URL fields."""
        found = [(name, value) for name in NAMES for value in self.filters.of(name)]
        found += [(name, text) for name in PERIOD if (text := getattr(self, name))]
        return found + ([] if self.sort == "relevance" else [("sort", self.sort)])

    def url(self, view: str = "search_results") -> str:
        """Return the URL of the search."""
        query: dict[str, list[str]] = {"q": [self.words]} if self.words else {}
        for name, value in self.fields:
            query.setdefault(name, []).append(value)
        if self.as_typed:
            query["exact"] = ["1"]
        if self.page > 1:
            query["page"] = [str(self.page)]
        address = page_url(view)
        return f"{address}?{urlencode(query, doseq=True)}" if query else address

    def toggled(self, facet: str, value: str) -> Criteria:
        """Return the first page of the same search with one facet value added or removed."""
        return replace(self, filters=self.filters.toggled(facet, value), page=1, unknown_filters=())

    def with_suggestion(self, unknown: UnknownFilter) -> Criteria:
        """Return the same search with the suggested value in place of the unknown filter."""
        assert unknown.suggestion is not None  # noqa: S101  the caller asks only where there is one
        words = " ".join(self.words.replace(unknown.token, " ", 1).split())
        meant = replace(self, words=words, page=1, unknown_filters=())
        value = unknown.suggestion.value
        chosen = value in meant.filters.of(unknown.field)
        return meant if chosen else meant.toggled(unknown.field, value)

    def in_period(self, since: str, until: str, today: date) -> Criteria:
        """Return the first page of the same search in another period; empty texts mean any time."""
        first, last = period.read(since, today), period.read(until, today)
        filters = replace(
            self.filters, since=first.first if first else None, until=last.last if last else None
        )
        return replace(self, filters=filters, since=since, until=until, page=1, unknown_filters=())


@dataclass(frozen=True)
class _WrittenFilter:
    """A filter as written; `field` starts with a minus if it excludes. `token` is the number of its
    token in the box."""

    field: str
    text: str
    token: int | None = None


def criteria_from_params(query: QueryDict, *, user: User, today: date) -> Criteria:
    """Read the criteria from URL parameters; never fails, whatever they hold. Values that `user`
    may not see are treated as unknown."""
    sort = query.get("sort", "")
    return _criteria(
        query.get("q", ""),
        [
            _WrittenFilter(name, storable(text).strip())
            for name in (*NAMES, *PERIOD)
            for text in query.getlist(name)
            if text.strip()
        ],
        user,
        today,
        sort=next((known for known in SORTS if known == sort), "relevance"),
        as_typed="exact" in query,
        page=_page_number(query.get("page", "")),
    )


def criteria_from_text(text: str, *, user: User, today: date) -> Criteria:
    """Read the criteria from the text of the search box alone."""
    return _criteria(text, [], user, today)


def _criteria(
    box: str, given: list[_WrittenFilter], user: User, today: date, **how: object
) -> Criteria:
    tokens = list(_tokens(storable(box[:MAX_READ])))
    written = [
        filter_ for number, token in enumerate(tokens) for filter_ in _filters(number, token)
    ]
    wanted = (given + written)[:MAX_VALUES]
    meant = facet_values.resolve(
        ((facet_of(one.field), one.text) for one in wanted if one.field in NAMES), user
    )
    days = {one: period.read(one.text, today) for one in wanted if one.field in PERIOD}

    def is_wrong(one: _WrittenFilter) -> bool:
        return not (days[one] if one.field in PERIOD else (facet_of(one.field), one.text) in meant)

    wrong = [one for one in wanted if is_wrong(one)]
    # A token with one unknown value is not a filter at all.
    as_words = {one.token for one in wrong if one.token is not None}
    right = [one for one in wanted if not is_wrong(one) and one.token not in as_words]
    taken = {one.token for one in right}
    words = " ".join(token[0] for number, token in enumerate(tokens) if number not in taken)
    by_address = _chosen([one for one in right if one.token is None], meant, days)
    return replace(
        _chosen(right, meant, days),
        words=_close_quotation(words[:MAX_CHARACTERS].strip()),
        unknown_filters=tuple(_unknown_filters(wrong, tokens, user)),
        box=box[:MAX_READ],
        from_address=tuple(replace(by_address, **how).fields),  # type: ignore[arg-type]
        **how,  # type: ignore[arg-type]
    )


def _tokens(box: str) -> Iterator[re.Match[str]]:
    return _TOKEN.finditer(box)


def _close_quotation(words: str) -> str:
    """Close an unfinished quotation in `words`, so that appended filters are not part of it."""
    last = "".join(token[0] for token in list(_tokens(words))[-1:])
    return f'{words}"' if _OPEN.fullmatch(last) else words


def _filters(number: int, token: re.Match[str]) -> list[_WrittenFilter]:
    """Return the filters that a token of the box may be: several if commas separate them."""
    name = _FIELDS.get((token["field"] or "").lower())
    if not name or (token["minus"] and name in PERIOD):
        return []
    name = f"{token['minus']}{name}"
    parts = [token["quoted"]] if token["plain"] is None else token["plain"].split(",")
    return [_WrittenFilter(name, part.strip(), number) for part in parts if part.strip()]


def _chosen(
    right: Iterable[_WrittenFilter],
    meant: Mapping[tuple[str, str], FacetValue],
    days: Mapping[_WrittenFilter, period.Period | None],
) -> Criteria:
    chosen: dict[str, dict[str, None]] = {}
    labels: dict[tuple[str, str], str] = {}
    bounds: dict[str, _WrittenFilter] = {}
    for one in right:
        if one.field in PERIOD:
            bounds[one.field] = one  # the last one wins: typed text over older parameters
            continue
        facet = facet_of(one.field)
        choice = meant[facet, one.text]
        chosen.setdefault(one.field, {})[choice.value] = None
        chosen.get(opposite(one.field), {}).pop(choice.value, None)  # the last one wins
        labels[facet, choice.value] = choice.label
    first, last = (days[bounds[name]] if name in bounds else None for name in PERIOD)
    return Criteria(
        filters=SearchFilters(
            chosen={name: tuple(chosen[name]) for name in NAMES if chosen.get(name)},
            since=first.first if first else None,
            until=last.last if last else None,
        ),
        labels=labels,
        since=bounds["since"].text if first else "",
        until=bounds["until"].text if last else "",
    )


def _unknown_filters(
    wrong: list[_WrittenFilter], tokens: list[re.Match[str]], user: User
) -> Iterator[UnknownFilter]:
    for one in wrong[:MAX_TOLD]:
        facet = facet_of(one.field)
        meant = None if one.field in PERIOD else facet_values.nearest(facet, one.text, user)
        token = "" if one.token is None else tokens[one.token][0]
        yield UnknownFilter(one.field, one.text[:60], token, meant)


def _page_number(text: str) -> int:
    return min(max(int(text), 1), MAX_PAGES) if re.fullmatch("[0-9]{1,9}", text) else 1
