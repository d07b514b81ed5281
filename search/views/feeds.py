"""The feed of a saved search."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from core import feeds
from core.text import printable
from search import feed
from search.models import EndedFeed, SavedSearch

_LAST_WORDS = (
    "The saved search of this feed was deleted, or the feed has a new address. "
    "There will be no more entries: please unsubscribe."
)


class _Atom(Atom1Feed):
    """An Atom feed that says when it changed even while empty, so that its bytes stay the same."""

    content_type = "application/atom+xml; charset=utf-8"

    def __init__(self, *args: Any, changed_at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._changed_at = changed_at

    def latest_post_date(self) -> datetime:
        return self._changed_at


@require_safe
@login_not_required
def saved_search_feed(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with the results of a saved search as Atom, to anyone who knows the address.

    Feed readers have no session, so the feed holds only what every signed-in user may see, and ends
    with its owner's account. Readers of a deleted feed get a last entry, and the status that ends
    it.
    """
    saved = SavedSearch.objects.filter(feed_key=key, owner__is_active=True).first()
    if saved is None:
        return _ended(get_object_or_404(EndedFeed.objects.for_key(key)))
    entries = feed.feed_entries(saved, today=timezone.localdate())
    changed_at = max([saved.updated_at, *(entry.updated_at for entry in entries)])
    body = _written(saved, entries, changed_at).encode()
    return feeds.answer(request, body, _Atom.content_type, changed_at=changed_at)


def _ended(ended: EndedFeed) -> HttpResponse:
    ended_at = ended.ended_at.astimezone(UTC)
    atom = _Atom(
        title="This feed has ended · Nevertwice",
        link=settings.SITE_URL,
        description=_LAST_WORDS,
        changed_at=ended_at,
        author_name="Nevertwice",
    )
    atom.add_item(
        title="This feed has ended",
        link=settings.SITE_URL + reverse("search_results"),
        description=_LAST_WORDS,
        unique_id=f"urn:sha256:{ended.digest}",
        updateddate=ended_at,
    )
    body = atom.writeString("utf-8")
    answer = HttpResponse(body, _Atom.content_type, status=HTTPStatus.GONE)
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


def _written(saved: SavedSearch, entries: list[feed.FeedEntry], changed_at: datetime) -> str:
    atom = _Atom(
        title=printable(f"{saved.name} · Nevertwice"),
        link=settings.SITE_URL + saved.get_absolute_url(),
        feed_url=settings.SITE_URL + saved.feed_url,
        description=printable(f"Results of the search: {saved.text}"),
        author_name="Nevertwice",  # required (RFC 4287, 4.1.1); an entry has many authors
        changed_at=changed_at.astimezone(UTC),
    )
    for entry in entries:
        atom.add_item(
            title=printable(entry.title),
            link=settings.SITE_URL + entry.url,
            description=printable(entry.summary),
            unique_id=settings.SITE_URL + entry.url,
            updateddate=entry.updated_at.astimezone(UTC),
            categories=[entry.kind],
        )
    return atom.writeString("utf-8")
