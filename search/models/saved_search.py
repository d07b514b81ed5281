"""Saved searches."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from core import feeds

MAX_CHARACTERS = 2_000


def new_feed_key() -> str:
    """Return a secret key: knowing it is enough to read the feed."""
    return feeds.new_key()


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def of(self, user: User) -> Self:
        """Filter to the searches of `user`."""
        return self.filter(owner=user)

    def shared_with(self, user: User) -> Self:
        """Filter to searches that others share with everybody."""
        return self.filter(is_shared=True, owner__is_active=True).exclude(owner=user)


class SavedSearch(models.Model):
    """A search that somebody runs again and again: the text of the search box, filters included.

    Sharing shares only this text; each reader finds what that reader may see.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=80)
    text = models.CharField(max_length=MAX_CHARACTERS, help_text="as typed into the search box")
    sort = models.CharField(max_length=12, default="relevance")
    is_shared = models.BooleanField("shared with everybody", default=False)
    feed_key = models.CharField(max_length=64, unique=True, default=new_feed_key, editable=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "saved searches"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="saved_search_named_once",
                violation_error_message="You already have a saved search with this name.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_search_has_a_name"),
            models.CheckConstraint(condition=~Q(text=""), name="saved_search_asks_for_something"),
            models.CheckConstraint(
                condition=Q(sort__in=["relevance", "newest", "oldest"]),
                name="saved_search_sort_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the URL of the search page with these criteria."""
        order = {} if self.sort == "relevance" else {"sort": self.sort}
        return reverse("search_results", query={"q": self.text, **order})

    @property
    def feed_url(self) -> str:
        return reverse("saved_search_feed", args=[self.feed_key])
