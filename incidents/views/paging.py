"""Pages of long lists: the keys of one page, and a bounded count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from incidents.views.filter_parts import with_

PAGE = 25
PAGES = 40  # pages at most; who looks for more than a thousand rows uses filters
COUNTED = 1000  # above this, a list says “more than 1,000”
COUNTED_BY_LABEL = 100  # the same for filters that join other tables


@dataclass(frozen=True)
class Page:
    """One page, with the addresses of its neighbours; empty if there is none."""

    pks: list[int]
    count: str
    first: int
    last: int
    previous: str
    next: str


def page_of(ordered: QuerySet[Any], query: QueryDict, *, by_label: bool) -> Page:
    """Return the page that `query` asks for, or the first one if that is empty.

    `by_label` says that counting joins other tables.
    """
    number = page_number(query)
    pks = _pks(ordered, number)
    if not pks and number > 1:
        number, pks = 1, _pks(ordered, 1)
    most = COUNTED_BY_LABEL if by_label else COUNTED
    total = _count(ordered, number, pks, most)
    before = (number - 1) * PAGE
    return Page(
        pks=pks[:PAGE],
        count=f"more than {most:,}" if total > most else f"{total:,}",
        first=before + 1,
        last=before + len(pks[:PAGE]),
        previous=address(query, number - 1) if number > 1 else "",
        next=address(query, number + 1) if len(pks) > PAGE and number < PAGES else "",
    )


def page_number(query: QueryDict) -> int:
    """Return the page number in the address; 1 if it is missing or invalid."""
    raw = query.get("page", "1")
    return min(max(int(raw[:6]), 1), PAGES) if raw.isascii() and raw.isdigit() else 1


def address(query: QueryDict, number: int) -> str:
    return with_(query, page=str(number))


def _pks(ordered: QuerySet[Any], number: int) -> list[int]:
    """Return the keys of a page, and one more if another page follows."""
    return list(ordered.values_list("pk", flat=True)[(number - 1) * PAGE : number * PAGE + 1])


def _count(found: QuerySet[Any], number: int, pks: list[int], most: int) -> int:
    """Return the number of rows, up to `most` plus one. On a last page it is known without a
    query.
    """
    if len(pks) <= PAGE:
        return (number - 1) * PAGE + len(pks)
    return found.order_by()[: most + 1].count()
