"""The action item list, as a table or as a board: one's own, one's teams', or all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django_htmx.http import reswap, retarget

from accounts.models import User
from accounts.requests import SignedInRequest
from action_items.views import choices, filters
from action_items.views.board import columns
from action_items.views.filters import SOON, ActionItemFilters
from action_items.views.rows import ActionItemRow, rows_of
from incidents.models import ActionItem, ActionItemStatus
from incidents.views.filter_parts import with_
from incidents.views.paging import Page, page_of

VIEW_COOKIE = "action_items_view"
A_YEAR = 365 * 24 * 3600
_STATES = {
    "Open": {"status": "", "due": ""},
    "Overdue": {"status": "", "due": "overdue"},
    "Done": {"status": ActionItemStatus.DONE, "due": ""},
    "Won’t do": {"status": ActionItemStatus.WONT_DO, "due": ""},
    "All": {"status": filters.ANY, "due": ""},
}
_FORM = filters.FIXED | {"sort": filters.SORTS, "group": filters.GROUPS}


@dataclass(frozen=True)
class Group:
    """Rows under one heading."""

    title: str
    rows: list[ActionItemRow] = field(default_factory=list)


@dataclass(frozen=True)
class TablePage(Page):
    """A page of the table."""

    groups: list[Group]


@dataclass(frozen=True)
class Link:
    """A link to another view of the list."""

    label: str
    url: str
    is_chosen: bool


@require_GET
def action_item_list(request: SignedInRequest) -> HttpResponse:
    """List action items as a table or a board; scope, filters and order are in the address."""
    today = timezone.localdate()
    offered = choices.choices(request.GET, request.user)
    asked = asked_for(request, offered, today)
    context: dict[str, Any] = {
        "nav": "action_items",
        "filters": asked,
        "chips": choices.chips(asked, request.GET),
        "ways": _ways(asked, request.GET),
        "back": request.GET.urlencode(),
    }
    found = filters.apply(asked, ActionItem.objects.visible_to(request.user), request.user, today)
    if asked.view == "board":
        context["columns"] = columns(asked, found, request.user, today, request.GET)
    else:
        page = page_of(filters.in_order(asked, found), request.GET, by_label=asked.by_label)
        rows = rows_of(page.pks, request.user, today)
        context["page"] = TablePage(**vars(page), groups=_grouped(rows, asked, today))
    return _keeping_view(_answer(request, asked, offered, context), request)


def asked_for(request: SignedInRequest, offered: dict[str, Any], today: date) -> ActionItemFilters:
    """Return the filters of the address, with the person's last choices as defaults."""
    asked = filters.read(request.GET, offered, today)
    asked.scope = asked.scope or _first_scope(request.user, asked)
    asked.view = asked.view or request.COOKIES.get(VIEW_COOKIE, "")
    asked.view = asked.view if asked.view in filters.VIEWS else "table"
    return asked


def _first_scope(user: User, asked: ActionItemFilters) -> str:
    """Return “all” for people without items or with filters by label, else “mine”."""
    if asked.by_label:
        return "all"
    return "mine" if ActionItem.objects.visible_to(user).owned_by(user).exists() else "all"


def _answer(
    request: SignedInRequest,
    asked: ActionItemFilters,
    offered: dict[str, Any],
    context: dict[str, Any],
) -> HttpResponse:
    if request.htmx and not request.htmx.history_restore_request:
        # Also replaces the target of any form on the page.
        answer = render(request, "action_items/_action_item_results.html", context)
        return reswap(retarget(answer, "#action-item-results"), "outerHTML")
    context["menu"] = choices.menu(asked, offered, _FORM)
    return render(request, "action_items/action_item_list.html", context)


def _keeping_view(answer: HttpResponse, request: SignedInRequest) -> HttpResponse:
    """Remember the chosen view in a cookie."""
    if (chosen := request.GET.get("view")) in filters.VIEWS:
        answer.set_cookie(
            VIEW_COOKIE,
            str(chosen),
            max_age=A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
    return answer


def _ways(asked: ActionItemFilters, query: QueryDict) -> dict[str, Any]:
    """Return the links above the list, which keep all other filters."""
    status, due = ",".join(asked.values("status")), ",".join(asked.values("due"))
    return {
        "scopes": [
            Link(label, with_(query, scope=key), key == asked.scope)
            for key, label in filters.SCOPES.items()
        ],
        "states": [
            Link(label, with_(query, **way), way == {"status": status, "due": due})
            for label, way in _STATES.items()
        ],
        "table": with_(query, view="table"),
        "board": with_(query, view="board"),
        "by_priority": with_(query, sort="" if asked.sort == "priority" else "priority"),
        "by_owner": with_(query, group="" if asked.group == "owner" else "owner"),
        "everybodys": with_(QueryDict(), scope="all"),
        "unfiltered": with_(QueryDict(), scope=asked.scope),
    }


def _grouped(shown: list[ActionItemRow], asked: ActionItemFilters, today: date) -> list[Group]:
    """Group consecutive rows under headings; no headings if the order does not follow the
    groups.
    """
    if asked.group == "due" and (asked.only_closed or asked.sort != "due"):
        return [Group("", shown)] if shown else []
    week = (today + SOON).isoformat()

    def heading(row: ActionItemRow) -> str:
        if asked.group == "incident":
            return f"{row.incident_reference} {row.incident_title}"
        if asked.group == "owner":
            return row.owner if row.has_owner else "Unassigned"
        if not row.due_on:
            return "No date"
        if row.due_on < today.isoformat():
            return "Overdue" if row.is_open else "Was due"
        return "Within a week" if row.due_on <= week else "Later"

    return [Group(title, list(members)) for title, members in groupby(shown, key=heading)]
