"""Calendars of due dates: each belongs to one person, who alone changes it."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Team, User
from action_items.models import CalendarFeed
from core import feeds


@transaction.atomic
def subscribe(*, team: Team | None, by: User, at: datetime) -> CalendarFeed:
    """A calendar of one's own action items, or of a team's. Whoever has it already keeps it."""
    feed, _ = CalendarFeed.objects.get_or_create(owner=by, team=team, defaults={"created_at": at})
    return feed


@transaction.atomic
def renew(feed: CalendarFeed, *, by: User) -> None:
    """Give it a new address. The old one is good for nothing from now on."""
    _require_owner(feed, by)
    feed.key = feeds.new_key()
    feed.save(update_fields=["key"])


@transaction.atomic
def end(feed: CalendarFeed, *, by: User) -> None:
    """Turn it off: its address is good for nothing from now on."""
    _require_owner(feed, by)
    feed.delete()


def _require_owner(feed: CalendarFeed, by: User) -> None:
    if not by.is_active or feed.owner_id != by.pk:
        raise PermissionDenied("Only whoever subscribed to a calendar changes it.")
