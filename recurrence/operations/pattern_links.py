"""Linking incidents to failure patterns, and confirming or dismissing links."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.errors import DomainError, StaleWrite
from core.seen_version import version_of
from incidents import permissions
from incidents.models import Incident, LinkState, PatternLink
from incidents.operations import revisions
from incidents.operations.incidents import hold
from playbooks.models import FailurePattern

NO_LINK = version_of("no link")  # the version of a link that does not exist


class StaleLink(StaleWrite):
    """A link that somebody else changed since the person saw it; `current` is the link as it is
    now.
    """

    def __init__(self, current: PatternLink | None) -> None:
        by = current.decided_by if current and current.decided_by else "Somebody"
        done = f"{current.get_state_display().lower()} now" if current else "no longer linked"
        super().__init__(f"{by} changed this since you opened the page: the pattern is {done}.")
        self.current = current


def _require_seen(current: PatternLink | None, version: int | None) -> None:
    if version not in (None, current.version if current else NO_LINK):
        raise StaleLink(current)


def _current(link: PatternLink) -> PatternLink | None:
    return PatternLink.objects.select_related("pattern", "decided_by").filter(pk=link.pk).first()


@transaction.atomic
def link(
    incident: Incident,
    pattern: FailurePattern,
    *,
    evidence: str,
    version: int | None = None,
    by: User,
    at: datetime,
) -> PatternLink:
    """Link the incident to the pattern as confirmed; `evidence` is Markdown.

    A suggested or dismissed link of the same pattern is confirmed instead. Raises DomainError if it
    is confirmed already, and StaleLink if the link, or NO_LINK, is not at `version`.
    """
    permissions.require(permissions.can_write(by), "Only authors may link patterns.")
    held = hold(incident)
    found = held.pattern_links.select_related("decided_by").filter(pattern=pattern).first()
    if found is None:
        found = PatternLink(incident=held, pattern=pattern)
    elif found.state == LinkState.CONFIRMED:
        raise DomainError(f"“{pattern}” is already linked.")
    _require_seen(found if found.pk else None, version)
    found.state, found.evidence = LinkState.CONFIRMED, evidence or found.evidence
    found.decided_at, found.decided_by = at, by
    found.save()
    revisions.record(held, by=by, at=at, summary=f"Linked the pattern “{pattern}”")
    return found


@transaction.atomic
def decide(
    link: PatternLink, state: str, *, version: int | None = None, by: User, at: datetime
) -> PatternLink:
    """Confirm or dismiss the link. Deciding the same again changes nothing. Raises StaleLink."""
    permissions.require(permissions.can_write(by), "Only authors may decide about patterns.")
    held = hold(link.incident)
    current = _current(link)
    if state not in (LinkState.CONFIRMED, LinkState.DISMISSED):
        raise DomainError("A link is confirmed or dismissed.")
    if current is None:
        raise StaleLink(None)
    if current.state == state:
        return current
    _require_seen(current, version)
    current.state, current.decided_at, current.decided_by = state, at, by
    current.save(update_fields=["state", "decided_at", "decided_by"])
    verb = "Confirmed" if state == LinkState.CONFIRMED else "Dismissed"
    revisions.record(held, by=by, at=at, summary=f"{verb} the pattern “{current.pattern}”")
    return current


@transaction.atomic
def dismiss(
    incident: Incident,
    pattern: FailurePattern,
    *,
    version: int | None = None,
    by: User,
    at: datetime,
) -> PatternLink:
    """Dismiss the pattern for the incident, whether or not it was linked.

    Raises StaleLink if the link, or NO_LINK, is not at `version`.
    """
    permissions.require(permissions.can_write(by), "Only authors may decide about patterns.")
    held = hold(incident)
    found = held.pattern_links.filter(pattern=pattern).first()
    if found is not None:
        return decide(found, LinkState.DISMISSED, version=version, by=by, at=at)
    _require_seen(None, version)
    made = PatternLink.objects.create(
        incident=held,
        pattern=pattern,
        state=LinkState.DISMISSED,
        decided_at=at,
        decided_by=by,
    )
    revisions.record(held, by=by, at=at, summary=f"Dismissed the pattern “{pattern}”")
    return made


@transaction.atomic
def edit(
    link: PatternLink, *, evidence: str, version: int | None = None, by: User, at: datetime
) -> PatternLink:
    """Change the evidence of the link. The same again changes nothing.

    Raises StaleLink if `version` is not the current one.
    """
    permissions.require(permissions.can_write(by), "Only authors may link patterns.")
    held = hold(link.incident)
    current = _current(link)
    if current is not None and current.evidence == evidence:
        return current
    _require_seen(current, version)
    if current is None:
        raise StaleLink(None)
    current.evidence = evidence
    current.save(update_fields=["evidence"])
    revisions.record(held, by=by, at=at, summary=f"Evidence for “{current.pattern}”")
    return current


@transaction.atomic
def unlink(link: PatternLink, *, version: int | None = None, by: User, at: datetime) -> None:
    """Remove the link with its decision and evidence; the revisions keep them.

    Removing again changes nothing. Raises StaleLink if `version` is not the current one.
    """
    permissions.require(permissions.can_write(by), "Only authors may unlink patterns.")
    held = hold(link.incident)
    current = _current(link)
    if current is None:
        return
    _require_seen(current, version)
    current.delete()
    revisions.record(held, by=by, at=at, summary=f"Unlinked the pattern “{current.pattern}”")
