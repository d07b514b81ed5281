"""The status of a postmortem: draft, in review, published, or not required."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.errors import DomainError
from incidents import permissions
from incidents.models import Audience, Edition, Incident, PostmortemStatus
from incidents.operations import revisions
from incidents.operations.incidents import hold
from incidents.operations.seen_revisions import require_seen


@transaction.atomic
def request_review(incident: Incident, *, seen: int | None = None, by: User, at: datetime) -> None:
    """Request a review of the draft. Requesting again changes nothing. Raises ChangedSinceSeen."""
    permissions.require(permissions.can_write(by), "Only authors may request a review.")
    held = hold(incident)
    if held.status == PostmortemStatus.IN_REVIEW:
        return
    require_seen(held, seen=seen, by=by)
    if held.status != PostmortemStatus.DRAFT:
        raise DomainError(
            f"It is {held.get_status_display().lower()}: move it back to draft first."
        )
    held.review_asked_at = at
    _move_to(held, PostmortemStatus.IN_REVIEW, summary="Requested a review", by=by, at=at)


@transaction.atomic
def publish(incident: Incident, *, seen: int | None = None, by: User, at: datetime) -> Edition:
    """Freeze the current state of the postmortem as the internal edition.

    Publishing again changes nothing, unless it was edited since: then the current state becomes the
    newest edition, and the earlier ones stay. Raises ChangedSinceSeen if others saved after
    revision `seen`, the one that `by` read.
    """
    permissions.require(permissions.can_publish(by), "Only reviewers may publish.")
    held = hold(incident)
    require_seen(held, seen=seen, by=by)
    if held.status == PostmortemStatus.NOT_REQUIRED:
        raise DomainError("This incident was marked as needing no postmortem: reopen it first.")
    if held.status != PostmortemStatus.PUBLISHED:
        held.status, held.published_at = PostmortemStatus.PUBLISHED, at
        held.save(update_fields=["status", "published_at"])
    revision = revisions.record(held, by=by, at=at, summary="Published")
    edition, _ = Edition.objects.get_or_create(
        revision=revision,
        audience=Audience.INTERNAL,
        defaults={"published_at": at, "published_by": by},
    )
    return edition


@transaction.atomic
def reopen(incident: Incident, *, seen: int | None = None, by: User, at: datetime) -> None:
    """Return the postmortem to draft. Editions stay. A draft stays as it is.

    Authors withdraw a review request or a “not required”; only reviewers withdraw a published one.
    Raises ChangedSinceSeen.
    """
    permissions.require(permissions.can_write(by), "Only authors may reopen a postmortem.")
    held = hold(incident)
    if held.status == PostmortemStatus.DRAFT:
        return
    require_seen(held, seen=seen, by=by)
    if held.status == PostmortemStatus.PUBLISHED:
        permissions.require(
            permissions.can_publish(by),
            "Only reviewers may move a published postmortem back to draft.",
        )
    held.not_required_reason = ""
    held.published_at = None
    _move_to(held, PostmortemStatus.DRAFT, summary="Moved it back to draft", by=by, at=at)


@transaction.atomic
def mark_not_required(
    incident: Incident, *, reason: str, seen: int | None = None, by: User, at: datetime
) -> None:
    """Mark the incident as not requiring a postmortem.

    Raises DomainError without a reason, or ChangedSinceSeen.
    """
    permissions.require(permissions.can_write(by), "Only authors may decide this.")
    if not reason.strip():
        raise DomainError("Say why no postmortem is needed.")
    held = hold(incident)
    require_seen(held, seen=seen, by=by)
    if held.status == PostmortemStatus.PUBLISHED:
        raise DomainError("It is published already: move it back to draft first.")
    held.not_required_reason = reason.strip()
    _move_to(held, PostmortemStatus.NOT_REQUIRED, summary="Marked as not required", by=by, at=at)


def _move_to(
    held: Incident, status: PostmortemStatus, *, summary: str, by: User, at: datetime
) -> None:
    held.status = status
    held.save(update_fields=["status", "not_required_reason", "review_asked_at", "published_at"])
    revisions.record(held, by=by, at=at, summary=summary)
