"""Keeping every saved state of a playbook (ADR 23)."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from playbooks.exchange import render_playbook
from playbooks.models import Playbook, PlaybookRevision

BEFORE = "As it was before its revisions were kept"


def record(playbook: Playbook, *, by: User | None, at: datetime, summary: str) -> PlaybookRevision:
    """Keep the playbook as it now stands. The last step of every write.

    `playbook` is the row as the caller's transaction holds it and has saved it, so revisions are
    numbered without gaps. Where nothing changed since the last one, that one is returned.
    """
    # Read anew: what the caller changed may differ from what it fetched with the row.
    content = render_playbook(_whole(playbook))
    last = playbook.revisions.first()
    if last is not None and last.content == content:
        return last
    return PlaybookRevision.objects.create(
        playbook=playbook,
        number=last.number + 1 if last else 1,
        content=content,
        summary=summary[:200],
        saved_at=at,
        saved_by=by,
    )


def keep_first(playbook: Playbook) -> None:
    """Keep what a playbook says that is about to change and of which nothing was kept so far."""
    if not playbook.revisions.exists():
        record(playbook, by=None, at=playbook.updated_at, summary=BEFORE)


def current(playbook: Playbook) -> PlaybookRevision:
    """The revision that says what `playbook`, a row that the caller holds, says now."""
    return record(playbook, by=None, at=playbook.updated_at, summary=BEFORE)


def _whole(playbook: Playbook) -> Playbook:
    return (
        Playbook.objects.select_related("owner", "last_reviewed_by")
        .prefetch_related("steps", "patterns")
        .get(pk=playbook.pk)
    )
