"""Operations on saved searches. A search belongs to one person, who alone changes it."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import User
from core.errors import DomainError
from search.models import EndedFeed, SavedSearch
from search.models.saved_search import new_feed_key

MAX_SAVED = 100  # searches per person


class NameTaken(DomainError):
    """The person already has a saved search with this name."""


class TooMany(DomainError):
    """The person has reached the limit of saved searches."""


@transaction.atomic
def save(
    text: str, *, name: str, sort: str, is_shared: bool, by: User, at: datetime
) -> SavedSearch:
    """Save `text`, as typed into the search box, under a name. Viewers may, too: it is their own.

    Raises NameTaken, or TooMany beyond a hundred.
    """
    # Lock the person's row, so that two concurrent saves cannot exceed the limit.
    User.objects.select_for_update().get(pk=by.pk)
    if SavedSearch.objects.of(by).count() >= MAX_SAVED:
        raise TooMany(f"You have {MAX_SAVED} saved searches, the limit. Delete one first.")
    return _write(
        SavedSearch(owner=by, text=text, sort=sort, created_at=at),
        name=name,
        is_shared=is_shared,
        at=at,
    )


@transaction.atomic
def edit(
    saved: SavedSearch, *, name: str, text: str, is_shared: bool, by: User, at: datetime
) -> SavedSearch:
    """Change name, text and sharing. Raises NameTaken."""
    _require_owner(saved, by)
    saved.text = text
    return _write(saved, name=name, is_shared=is_shared, at=at)


@transaction.atomic
def renew_feed(saved: SavedSearch, *, by: User, at: datetime) -> None:
    """Give the feed a new address. Readers of the old one are told that it ended."""
    _require_owner(saved, by)
    end_feed(saved, at=at)
    saved.feed_key = new_feed_key()
    saved.updated_at = at
    saved.save(update_fields=["feed_key", "updated_at"])


@transaction.atomic
def delete(saved: SavedSearch, *, by: User, at: datetime) -> None:
    """Delete the search. Readers of its feed are told that it ended."""
    _require_owner(saved, by)
    end_feed(saved, at=at)
    saved.delete()


def end_feed(saved: SavedSearch, *, at: datetime) -> None:
    """Record that the feed at its current address ended."""
    EndedFeed.objects.end(saved.feed_key, at=at)


def _write(saved: SavedSearch, *, name: str, is_shared: bool, at: datetime) -> SavedSearch:
    saved.name, saved.is_shared, saved.updated_at = name.strip(), is_shared, at
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        if "saved_search_named_once" not in str(error):
            raise
        raise NameTaken(
            "You already have a saved search with this name. Choose another."
        ) from error
    return saved


def _require_owner(saved: SavedSearch, by: User) -> None:
    if not by.is_active or saved.owner_id != by.pk:
        raise PermissionDenied("Only the owner of a saved search may change it.")
