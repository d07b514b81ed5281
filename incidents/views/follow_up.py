"""Follow-up: how promises are kept, as numbers and pictures, for those who answer for them."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.cache import cache
from django.db.models import Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User
from accounts.requests import SignedInRequest
from incidents.analytics import FollowUp, Scope
from incidents.analytics import follow_up as follow_up_numbers
from incidents.models import ActionItemChange, LedgerEntry
from incidents.reminders import saved
from incidents.views import follow_up_filters, follow_up_picture
from incidents.views.pattern_trends import KEPT, state_of

SHOWN = 10  # teams and services at once; the others fold


def follow_up(request: SignedInRequest) -> HttpResponse:
    """How promises are kept, for a team, a service and a period."""
    asked, menu = follow_up_filters.read(request.GET, request.user)
    today = timezone.localdate()
    scope = Scope(
        today=today,
        since=asked.since(today),
        zone=timezone.get_current_timezone(),
        decision_after=saved.current().decision_after,
        teams=asked.keys("team"),
        services=asked.keys("service"),
    )
    numbers = _kept(request.user, scope)
    context = {
        "numbers": numbers,
        "picture": follow_up_picture.picture(numbers),
        "teams": _folded(numbers.holders.teams),
        "services": _folded(numbers.services),
        "filters": asked,
        "menu": menu,
        "nav": "follow_up",
    }
    return render(request, "action_items/follow_up.html", context)


def _folded(rows: tuple[Any, ...]) -> dict[str, tuple[Any, ...]]:
    return {"shown": rows[:SHOWN], "folded": rows[SHOWN:]}


def _kept(user: User, scope: Scope) -> FollowUp:
    """The numbers as `user` may see them, kept for this person until something is written, ten
    minutes at most."""
    about = repr((*state_of(user), *_latest(user), user.role, scope))
    key = f"follow-up:{user.pk}:{hashlib.blake2b(about.encode(), digest_size=16).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found = follow_up_numbers(user, scope, keep=True)
        cache.set(key, found, KEPT)
    return found


def _latest(user: User) -> tuple[int | None, int | None]:
    """What moves on with what is no part of a postmortem: snoozes and reminders."""
    changes, reminders = (
        Subquery(model.objects.order_by("-pk").values("pk")[:1])
        for model in (ActionItemChange, LedgerEntry)
    )
    return User.objects.filter(pk=user.pk).values_list(changes, reminders).get()
