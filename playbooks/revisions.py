"""Keeping every saved state of a playbook (ADR 23)."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from playbooks.content import PlaybookFields, playbook_fields
from playbooks.exchange import document_of, write_playbook
from playbooks.models import Playbook, PlaybookRevision

BEFORE = "State before its first recorded revision"


def record(
    playbook: Playbook,
    said: PlaybookFields,
    *,
    by: User | None,
    at: datetime,
    summary: str,
    after: PlaybookRevision | None = None,
) -> PlaybookRevision:
    """Keep that the playbook now says this. The last step of every write.

    `playbook` is the row as the caller's transaction holds it, so revisions are numbered without
    gaps. Where `after`, the last one that is kept, says the same, that one is returned.
    """
    content = write_playbook(document_of(playbook.slug, said, archived=playbook.is_archived))
    if after is not None and after.content == content:
        return after
    return PlaybookRevision.objects.create(
        playbook=playbook,
        number=after.number + 1 if after else 1,
        content=content,
        summary=summary[:200],
        saved_at=at,
        saved_by=by,
    )


def last_before(playbook: Playbook, said: PlaybookFields) -> PlaybookRevision:
    """The last revision of a playbook that says this and is about to change.

    Where nothing was kept so far, what it says now is kept first.
    """
    return playbook.revisions.first() or record(
        playbook, said, by=None, at=playbook.updated_at, summary=BEFORE
    )


def current(playbook: Playbook) -> PlaybookRevision:
    """The revision that says what `playbook`, a row that the caller holds, says now."""
    said = playbook_fields(playbook)
    last = playbook.revisions.first()
    return record(playbook, said, by=None, at=playbook.updated_at, summary=BEFORE, after=last)
