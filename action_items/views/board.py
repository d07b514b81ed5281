"""The board of action items: a column for each status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet, Value
from django.http import QueryDict

from accounts.models import User
from action_items.views.filters import ActionItemFilters, board_order
from action_items.views.rows import ActionItemRow, rows_of
from incidents.models import ActionItem, ActionItemStatus
from incidents.views.filter_parts import with_

CARDS = 15  # per column; the table shows the others
COUNTED = 100  # above this, a column shows “100+”
_EMPTY = {
    "open": "Items that nobody has started.",
    "in_progress": "Move a card here when you start it.",
    "blocked": "Move a card here when something blocks it.",
    "done": "Done items, each with its evidence.",
    "wont_do": "Declined items, each with the reason.",
}


@dataclass(frozen=True)
class Column:
    """A column of the board: the first items of one status as cards, and their number."""

    status: str
    label: str
    count: str
    cards: list[ActionItemRow]
    more: int
    all_url: str
    empty: str


def columns(
    asked: ActionItemFilters, found: QuerySet[ActionItem], user: User, today: date, query: QueryDict
) -> list[Column]:
    """Return the columns for `found`, which has no filter on status. Two queries for all of
    them.
    """
    statuses = [ActionItemStatus(value) for value in ActionItemStatus.values]
    first, *others = (_in_status(asked, found, status) for status in statuses)
    pks: dict[str, list[int]] = {status: [] for status in statuses}
    for pk, status in first.union(*others, all=True):
        pks[status].append(pk)
    shown = [pk for kept in pks.values() for pk in kept[:CARDS]]
    by_pk = {row.pk: row for row in rows_of(shown, user, today)}
    return [_column(status, pks[status], by_pk, query) for status in statuses]


def _in_status(
    asked: ActionItemFilters, found: QuerySet[ActionItem], status: str
) -> QuerySet[Any, Any]:
    """Return the keys of the first 101 items in `status`, in the order of the column."""
    return (
        board_order(asked, found, status)
        .annotate(column=Value(str(status)))
        .values_list("pk", "column")[: COUNTED + 1]
    )


def _column(
    status: ActionItemStatus, pks: list[int], by_pk: dict[int, ActionItemRow], query: QueryDict
) -> Column:
    return Column(
        status=status,
        label=str(status.label),
        count=f"{COUNTED}+" if len(pks) > COUNTED else str(len(pks)),
        cards=[by_pk[pk] for pk in pks[:CARDS] if pk in by_pk],
        more=max(len(pks) - CARDS, 0),
        all_url=with_(query, view="table", status=str(status)),
        empty=_EMPTY[status],
    )
