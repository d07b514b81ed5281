"""The list of action items: mine, my teams’, everybody’s."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import SignedInRequest
from incidents.models import CLOSED, ActionItem, ActionItemStatus
from incidents.views.action_item_rows import ActionItemRow, rows

PAGE_SIZE = 25
_SCOPES = {"mine": "Mine", "teams": "My teams’", "all": "Everybody’s"}
_OPEN = ~Q(status__in=CLOSED)
_STATES = {"open": "Open", "overdue": "Overdue", "done": "Done", "declined": "Declined"}


@dataclass(frozen=True)
class Group:
    """Rows under one heading."""

    title: str
    rows: list[ActionItemRow] = field(default_factory=list)


@dataclass(frozen=True)
class Choice:
    """One choice of a filter, as a link."""

    label: str
    url: str
    is_chosen: bool


@require_GET
def action_item_list(request: SignedInRequest) -> HttpResponse:
    """Promises by when they are due. What is shown is in the address: scope, state and page."""
    user, today = request.user, timezone.localdate()
    state = request.GET.get("state", "")
    state = state if state in _STATES else "open"
    scope = request.GET.get("scope", "")
    scope = scope if scope in _SCOPES else _first_scope(user)
    page = max(int(number), 1) if (number := request.GET.get("page", "1")[:6]).isdecimal() else 1
    found = _in_state(_in_scope(user, scope), state, today)
    start = (page - 1) * PAGE_SIZE
    shown = rows(found[start : start + PAGE_SIZE + 1], user, today)
    context: dict[str, Any] = {
        "nav": "action_items",
        "scope": scope,
        "state": state,
        "scopes": _choices(_SCOPES, scope, "scope", state=state),
        "states": _choices(_STATES, state, "state", scope=scope),
        "groups": _grouped(shown[:PAGE_SIZE], state, today),
        "page": page,
        "previous_url": _address(scope=scope, state=state, page=page - 1) if page > 1 else "",
        "next_url": _address(scope=scope, state=state, page=page + 1)
        if len(shown) > PAGE_SIZE
        else "",
        "everybodys_url": _address(scope="all", state="open"),
    }
    return render(request, "action_items/action_item_list.html", context)


def _first_scope(user: User) -> str:
    """Somebody who owns nothing is shown what everybody has promised."""
    return "mine" if ActionItem.objects.visible_to(user).owned_by(user).exists() else "all"


def _in_scope(user: User, scope: str) -> QuerySet[ActionItem]:
    visible = ActionItem.objects.visible_to(user)
    if scope == "mine":
        return visible.owned_by(user)
    return visible.owned_by_teams_of(user) if scope == "teams" else visible


def _in_state(items: QuerySet[ActionItem], state: str, today: date) -> QuerySet[ActionItem]:
    by_due = (F("due_on").asc(nulls_last=True), "priority", "pk")
    if state == "done":
        return items.filter(status=ActionItemStatus.DONE).order_by("-closed_at", "-pk")
    if state == "declined":
        return items.filter(status=ActionItemStatus.WONT_DO).order_by("-closed_at", "-pk")
    if state == "overdue":
        return items.filter(_OPEN, due_on__lt=today).order_by(*by_due)
    return items.filter(_OPEN).order_by(*by_due)


def _grouped(shown: list[ActionItemRow], state: str, today: date) -> list[Group]:
    if state in ("done", "declined"):
        return [Group(_STATES[state], shown)] if shown else []
    week = (today + timedelta(days=7)).isoformat()

    def heading(row: ActionItemRow) -> str:
        if not row.due.iso:
            return "No date"
        if row.due.iso < today.isoformat():
            return "Overdue"
        return "Within a week" if row.due.iso <= week else "Later"

    return [Group(title, list(members)) for title, members in groupby(shown, key=heading)]


def _address(**chosen: str | int) -> str:
    return f"{reverse('action_item_list')}?{urlencode(chosen)}"


def _choices(labels: dict[str, str], chosen: str, name: str, **others: str) -> list[Choice]:
    return [
        Choice(label, _address(**{name: key}, **others), key == chosen)
        for key, label in labels.items()
    ]
