"""Calendar feeds of due dates, and the page to manage them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.models import Team
from accounts.requests import SignedInRequest
from action_items.exchange import calendar
from action_items.models import CalendarFeed
from action_items.operations import calendar_feeds
from core import feeds
from core.text import storable


@require_safe
@login_not_required
def calendar_feed(request: HttpRequest, key: str) -> HttpResponse:
    """Serve a calendar feed to anyone who knows its address.

    It contains what its owner may see now, and ends with the owner's account.
    """
    found = CalendarFeed.objects.select_related("owner", "team")
    feed = get_object_or_404(found, key=key, owner__is_active=True)
    items = feed.items(timezone.localdate())
    body = calendar.render(items, name=f"{feed} · Nevertwice", site=settings.SITE_URL)
    return feeds.answer(request, body, calendar.CONTENT_TYPE)


@require_GET
def calendar_feed_list(request: SignedInRequest) -> HttpResponse:
    """List the person's calendar feeds, and those available."""
    own = list(CalendarFeed.objects.of(request.user).select_related("team", "owner"))
    taken = {feed.team_id for feed in own}
    teams = list(Team.objects.all()[:200])
    context = {
        "own": own,
        "site": settings.SITE_URL,
        "has_mine": None in taken,
        "teams": [team for team in teams if team.pk not in taken],
        "nav": "action_items",
    }
    return render(request, "action_items/calendar_feed_list.html", context)


@require_POST
def calendar_feed_new(request: SignedInRequest) -> HttpResponse:
    """Subscribe to one's own due dates, or to those of a team."""
    slug = storable(request.POST.get("team", ""))
    team = get_object_or_404(Team, slug=slug) if slug else None
    feed = calendar_feeds.subscribe(team=team, by=request.user, at=timezone.now())
    messages.success(request, f"“{feed}” has an address. Add it to your calendar program.")
    return redirect("calendar_feed_list")


@require_POST
def calendar_feed_renew(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a calendar feed a new address."""
    feed = get_object_or_404(CalendarFeed.objects.of(request.user), pk=pk)
    calendar_feeds.renew(feed, by=request.user)
    messages.success(request, f"“{feed}” has a new address; the old one no longer works.")
    return redirect("calendar_feed_list")


@require_POST
def calendar_feed_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a calendar feed."""
    feed = get_object_or_404(CalendarFeed.objects.of(request.user), pk=pk)
    calendar_feeds.end(feed, by=request.user)
    messages.success(request, f"“{feed}” is turned off.")
    return redirect("calendar_feed_list")
