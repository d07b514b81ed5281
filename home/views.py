"""The home page: what needs the reader's attention, then what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import Role, User
from accounts.requests import SignedInRequest
from action_items.reminders import policy_store
from action_items.views.rows import rows
from core.prepared import Prepared
from incidents.models import ActionItem, Incident, PostmortemStatus
from incidents.permissions import can_publish, can_write
from incidents.views.incident_rows import incident_rows
from playbooks.models import Playbook
from recurrence.models import PlaybookRun
from recurrence.views.pattern_trends import kept_trends

MINE = 7
SHORT = 5
LATEST = 6
SOON = timedelta(days=7)
_SHOWN = ("number", "reference", "title", "updated_at")  # of a draft or a review
COUNTED = 100  # open action items are counted up to this
TOUR_COOKIE = "tour"
A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class RunLine:
    """A playbook run that the reader started and nobody finished."""

    pk: int
    playbook: str
    incident: str | None
    started_at: datetime


def home(request: SignedInRequest) -> HttpResponse:
    """Show what waits for the reader, then recurrences and the latest incidents."""
    user, today = request.user, timezone.localdate()
    drafts, reviews = _waiting(user)
    latest = [pk for (pk,) in _latest(Role(user.role), user.pk)]
    context = {
        "drafts": drafts,
        "reviews": reviews,
        "runs": [RunLine(*row) for row in _runs(Role(user.role), user.pk)],
        "playbooks": _playbooks(None, user.pk, today),
        "latest": incident_rows(user, latest, today),
        "trends": kept_trends(user, today).home,
        "can_write": can_write(user),
        "tour": user.is_administrator and TOUR_COOKIE not in request.COOKIES,
        "nav": "home",
        **_action_items(user, today),
    }
    return render(request, "home/home.html", context)


@require_POST
def tour_dismiss(request: SignedInRequest) -> HttpResponse:
    """Hide the tour in this browser for a year."""
    response = redirect("home")
    response.set_cookie(
        TOUR_COOKIE,
        "done",
        max_age=A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def _waiting(user: User) -> tuple[list[Incident], list[Incident]]:
    """Return the user's drafts, and the reviews requested of them."""
    drafts = _drafts(Role(user.role), user.pk)
    return drafts, _reviews(Role(user.role), user.pk) if can_publish(user) else []


def _action_items(user: User, today: date) -> dict[str, Any]:
    """Return the user's due action items, and the first open ones of everybody with their number.

    Due means overdue or due within a week. Found by key, then fetched together.
    """
    my_pks = [pk for (pk,) in _mine(Role(user.role), user.pk, today + SOON)]
    open_pks = [pk for (pk,) in _open(Role(user.role), user.pk)]
    count = len(open_pks)
    first_pks = [pk for pk in open_pks if pk not in my_pks][:SHORT]
    items = ActionItem.objects.filter(pk__in={*my_pks, *first_pks}).order_by()
    items = items.select_related("incident", "owner", "owner_team")
    shown = rows(list(items), user, today, with_patterns=False, policy=policy_store.current())
    by_pk = {row.pk: row for row in shown}
    return {
        "my_rows": [by_pk[pk] for pk in my_pks if pk in by_pk],
        "open_rows": [by_pk[pk] for pk in first_pks if pk in by_pk],
        "open_count": f"more than {COUNTED}" if count > COUNTED else str(count),
    }


# For a signed-in, so active, user with that role and key.


@Prepared
def _drafts(role: Role, user_pk: int) -> QuerySet[Incident]:
    visible = Incident.objects.visible_to(User(pk=user_pk, role=role)).only(*_SHOWN)
    mine = Q(owner=user_pk) | Q(owner=None, created_by=user_pk)
    return visible.filter(mine, status=PostmortemStatus.DRAFT).order_by("-updated_at")[:SHORT]


@Prepared
def _reviews(role: Role, user_pk: int) -> QuerySet[Incident]:
    visible = Incident.objects.visible_to(User(pk=user_pk, role=role)).only(*_SHOWN)
    asked = visible.filter(status=PostmortemStatus.IN_REVIEW).exclude(owner=user_pk)
    return asked.order_by("-updated_at")[:SHORT]


@Prepared
def _latest(role: Role, user_pk: int) -> QuerySet[Any, Any]:
    visible = Incident.objects.visible_to(User(pk=user_pk, role=role))
    latest = visible.order_by(F("occurred_at").desc(nulls_last=True), "-number")
    return latest.values_list("pk")[:LATEST]


@Prepared
def _runs(role: Role, user_pk: int) -> QuerySet[Any, Any]:
    user = User(pk=user_pk, role=role)
    mine = PlaybookRun.objects.visible_to(user).open().filter(started_by=user)
    return mine.values_list("pk", "playbook__title", "incident__reference", "started_at")[:SHORT]


@Prepared
def _playbooks(_: None, user_pk: int, today: date) -> QuerySet[Any, Any]:
    mine = Playbook.objects.to_review(today).filter(owner=user_pk)
    return mine.order_by("title").values_list("slug", "title")[:SHORT]


@Prepared
def _mine(role: Role, user_pk: int, until: date) -> QuerySet[Any, Any]:
    user = User(pk=user_pk, role=role)
    mine = ActionItem.objects.visible_to(user).open().owned_by(user)
    return mine.filter(due_on__lte=until).order_by("due_on", "pk").values_list("pk")[:MINE]


@Prepared
def _open(role: Role, user_pk: int) -> QuerySet[Any, Any]:
    waiting = ActionItem.objects.visible_to(User(pk=user_pk, role=role)).open()
    first = waiting.order_by(F("due_on").asc(nulls_last=True), "pk")
    return first.values_list("pk")[: COUNTED + 1]
