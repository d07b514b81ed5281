"""Refusing actions on a postmortem that others changed since the person saw it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from core.errors import StaleWrite
from incidents.models import Incident, Revision


class ChangedSinceSeen(StaleWrite):
    """A postmortem that others saved since the person opened the page.

    `seen` is the number of the revision that the page showed, `newer` the later revisions of
    others, the newest first, without their contents.
    """

    def __init__(self, seen: int, newer: list[Revision]) -> None:
        super().__init__("This postmortem changed since you opened the page.")
        self.seen = seen
        self.newer = newer


def require_seen(held: Incident, *, seen: int | None, by: User) -> None:
    """Raise ChangedSinceSeen if anybody but `by` saved a revision after number `seen`.

    `held` is the incident's row as locked by the caller's transaction. None skips the check, for
    callers that show no page.
    """
    if seen is None:
        return
    with_others = Revision.written_with.through.objects.filter(revision=OuterRef("pk"))
    others = ~Q(saved_by=by) | Q(saved_by=None) | Exists(with_others.exclude(user=by))
    newer = held.revisions.filter(others, number__gt=seen).defer("content")
    found = list(newer.select_related("saved_by")[:20])
    if found:
        raise ChangedSinceSeen(seen, found)
