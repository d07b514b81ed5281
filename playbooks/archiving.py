"""Taking playbooks and failure patterns out of use, and back into it.

Archived ones leave lists, search, suggestions and choices. Their pages stay, marked as archived,
since incidents of the past link to them.
"""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from core import text_search
from core.errors import DomainError
from playbooks import revisions
from playbooks.content import playbook_fields
from playbooks.models import FailurePattern, Playbook
from playbooks.operations import StalePattern, StalePlaybook, can_write, hold_playbook

ARCHIVED, UNARCHIVED = "Archived", "Unarchived"


class PlaybookArchived(DomainError):
    """An archived playbook is not followed any more."""

    def __init__(self, playbook: Playbook) -> None:
        super().__init__(f"“{playbook}” is archived. Unarchive it to follow it.")


def _require_author(by: User | None) -> None:
    # None is the product itself, which loads what it comes with.
    if by is not None and not can_write(by):
        raise PermissionDenied("Only authors may archive playbooks and patterns.")


@transaction.atomic
def archive_playbook(playbook: Playbook, *, base_version: int, by: User, at: datetime) -> Playbook:
    """Take the playbook out of use. Again changes nothing.

    Raises StalePlaybook when somebody saved it since `base_version`.
    """
    return set_playbook_archived(playbook, True, base_version=base_version, by=by, at=at)


@transaction.atomic
def unarchive_playbook(
    playbook: Playbook, *, base_version: int, by: User, at: datetime
) -> Playbook:
    """Bring the playbook back into use. Raises what `archive_playbook` raises."""
    return set_playbook_archived(playbook, False, base_version=base_version, by=by, at=at)


@transaction.atomic
def archive_pattern(
    pattern: FailurePattern, *, base_version: int, by: User, at: datetime
) -> FailurePattern:
    """Take the pattern out of use; its links to incidents stay. Again changes nothing.

    Raises StalePattern when somebody saved it since `base_version`.
    """
    return set_pattern_archived(pattern, True, base_version=base_version, by=by, at=at)


@transaction.atomic
def unarchive_pattern(
    pattern: FailurePattern, *, base_version: int, by: User, at: datetime
) -> FailurePattern:
    """Bring the pattern back into use. Raises what `archive_pattern` raises."""
    return set_pattern_archived(pattern, False, base_version=base_version, by=by, at=at)


@transaction.atomic
def set_playbook_archived(
    playbook: Playbook, archived: bool, *, base_version: int, by: User | None, at: datetime
) -> Playbook:
    """Archive the playbook or take it out of the archive, as a revision of its own."""
    _require_author(by)
    current = hold_playbook(playbook)
    if current.is_archived == archived:
        return current
    if current.version != base_version:
        raise StalePlaybook(current)
    said = playbook_fields(current)
    last = revisions.last_before(current, said)
    _turn(current, archived, at)
    text_search.refresh("playbook", [current.pk])
    summary = ARCHIVED if archived else UNARCHIVED
    revisions.record(current, said, by=by, at=at, summary=summary, after=last)
    return current


@transaction.atomic
def set_pattern_archived(
    pattern: FailurePattern, archived: bool, *, base_version: int, by: User | None, at: datetime
) -> FailurePattern:
    """Archive the pattern or take it out of the archive."""
    _require_author(by)
    current = FailurePattern.objects.select_for_update().get(pk=pattern.pk)
    if current.is_archived == archived:
        return current
    if current.version != base_version:
        raise StalePattern(current)
    _turn(current, archived, at)
    text_search.refresh("pattern", [current.pk])
    return current


def _turn(row: Playbook | FailurePattern, archived: bool, at: datetime) -> None:
    row.archived_at = at if archived else None
    row.version += 1
    row.updated_at = at
    row.save(update_fields=["archived_at", "version", "updated_at"])
