"""Calendar feeds of due dates; only the owner of a feed may change it."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Team, User
from action_items.models import CalendarFeed
from core import feeds


@transaction.atomic
def subscribe(*, team: Team | None, by: User, at: datetime) -> CalendarFeed:
    """Create a calendar feed of the action items of `by`, or of a team; return an existing one."""
    feed, _ = CalendarFeed.objects.get_or_create(owner=by, team=team, defaults={"created_at": at})
    return feed


@transaction.atomic
def renew(feed: CalendarFeed, *, by: User) -> None:
    """Give the feed a new address. The old one stops working."""
    _require_owner(feed, by)
    feed.key = feeds.new_key()
    feed.save(update_fields=["key"])


@transaction.atomic
def end(feed: CalendarFeed, *, by: User) -> None:
    """Delete the feed; its address stops working."""
    _require_owner(feed, by)
    feed.delete()


def _require_owner(feed: CalendarFeed, by: User) -> None:
    if not by.is_active or feed.owner_id != by.pk:
        raise PermissionDenied("Only the subscriber may change a calendar.")
