"""Follow-up: figures and charts on action items, for team leads."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User
from accounts.requests import SignedInRequest
from action_items.follow_up import FollowUp, Scope
from action_items.follow_up import follow_up as follow_up_numbers
from action_items.reminders import policy_store
from action_items.views import follow_up_filters, follow_up_picture
from incidents.analytics import state_of
from incidents.models.write_mark import Topic

KEPT = 10 * 60  # seconds

SHOWN = 10  # teams and services shown at first; the others fold


def follow_up(request: SignedInRequest) -> HttpResponse:
    """Show the follow-up figures for teams, services and a period."""
    asked, menu = follow_up_filters.read(request.GET, request.user)
    today = timezone.localdate()
    scope = Scope(
        today=today,
        since=asked.since(today),
        zone=timezone.get_current_timezone(),
        decision_after=policy_store.current().decision_after,
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
    """Return the figures visible to `user`, cached until something is written, for ten minutes
    at most.
    """
    state = state_of(user, Topic.INCIDENTS, Topic.FOLLOW_UP)
    about = repr((*state, user.role, scope))
    key = f"follow-up:{user.pk}:{hashlib.blake2b(about.encode(), digest_size=16).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found = follow_up_numbers(user, scope, keep=True)
        cache.set(key, found, KEPT)
    return found
