"""The feed of a saved search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.models import Role, User
from incidents.models import ActionItem, Incident
from playbooks.models import FailurePattern, Playbook
from search.criteria import criteria_from_text
from search.engine import Hit, search
from search.models import SavedSearch
from search.presentation import KINDS, url_of

MAX_ENTRIES = 50


@dataclass(frozen=True)
class FeedEntry:
    """One entry of a feed, in plain text."""

    title: str
    url: str
    kind: str
    summary: str
    updated_at: datetime


def feed_entries(saved: SavedSearch, *, today: date) -> list[FeedEntry]:
    """Return the newest results of the search that every signed-in user may see. A feed's address
    can be passed on, so it never contains anything restricted, whoever owns it."""
    anybody = User(pk=0, role=Role.VIEWER)
    criteria = criteria_from_text(saved.text, user=anybody, today=today)
    if not criteria:
        return []
    results = search(
        criteria.search_text,
        user=anybody,
        filters=criteria.filters,
        sort="newest",
        limit=MAX_ENTRIES,
    )
    # A feed reports matches of the search as saved, not of the fallback to plain words.
    found = [] if results.as_words else results.hits
    changed = _updated_at(found, anybody)
    return [
        FeedEntry(
            title=_title(hit),
            url=url_of(hit),
            kind=KINDS[hit.kind][1],
            summary="".join(piece.text for piece in hit.snippet),
            updated_at=changed[url_of(hit)],
        )
        for hit in found
        if url_of(hit) in changed  # without those archived a moment ago
    ]


def _title(hit: Hit) -> str:
    return f"{hit.reference} {hit.text}" if hit.kind == "incident" else hit.text


def _updated_at(found: list[Hit], anybody: User) -> dict[str, datetime]:
    """Return, by address, when each result last changed, in one query for each kind."""
    names = {kind: [hit.reference for hit in found if hit.kind == kind] for kind in KINDS}
    items = [hit.pk for hit in found if hit.kind == "action_item"]
    things: list[Any] = [
        *Incident.objects.visible_to(anybody)
        .filter(reference__in=names["incident"])
        .only("reference", "updated_at"),
        *ActionItem.objects.visible_to(anybody).filter(pk__in=items).only("updated_at"),
        *FailurePattern.objects.filter(slug__in=names["pattern"]).only("slug", "updated_at"),
        *Playbook.objects.filter(slug__in=names["playbook"]).only("slug", "updated_at"),
    ]
    return {thing.get_absolute_url(): thing.updated_at for thing in things}
