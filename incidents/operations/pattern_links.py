"""Linking incidents to failure patterns, and saying whether the link is right."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.errors import DomainError
from incidents import permissions
from incidents.models import Incident, LinkState, PatternLink
from incidents.operations import revisions
from incidents.operations.incidents import hold
from playbooks.models import FailurePattern


@transaction.atomic
def link(
    incident: Incident, pattern: FailurePattern, *, evidence: str, by: User, at: datetime
) -> PatternLink:
    """Say that the incident is an instance of the pattern; `evidence` is Markdown.

    A suggested or dismissed link of the same pattern is confirmed instead. Raises DomainError
    where it is confirmed already.
    """
    permissions.require(permissions.can_write(by), "Only authors may link patterns.")
    held = hold(incident)
    found = held.pattern_links.filter(pattern=pattern).first()
    if found is None:
        found = PatternLink(incident=held, pattern=pattern)
    elif found.state == LinkState.CONFIRMED:
        raise DomainError(f"“{pattern}” is linked already.")
    found.state, found.evidence = LinkState.CONFIRMED, evidence or found.evidence
    found.decided_at, found.decided_by = at, by
    found.save()
    revisions.record(held, by=by, at=at, summary=f"Linked the pattern “{pattern}”")
    return found


@transaction.atomic
def decide(link: PatternLink, state: str, *, by: User, at: datetime) -> PatternLink:
    """Confirm or dismiss the link. Deciding the same again changes nothing."""
    permissions.require(permissions.can_write(by), "Only authors may decide about patterns.")
    held = hold(link.incident)
    current = PatternLink.objects.select_related("pattern").get(pk=link.pk)
    if state not in (LinkState.CONFIRMED, LinkState.DISMISSED):
        raise DomainError("A link is confirmed or dismissed.")
    if current.state == state:
        return current
    current.state, current.decided_at, current.decided_by = state, at, by
    current.save(update_fields=["state", "decided_at", "decided_by"])
    verb = "Confirmed" if state == LinkState.CONFIRMED else "Dismissed"
    revisions.record(held, by=by, at=at, summary=f"{verb} the pattern “{current.pattern}”")
    return current


@transaction.atomic
def dismiss(incident: Incident, pattern: FailurePattern, *, by: User, at: datetime) -> PatternLink:
    """Say that the incident is no instance of the pattern, linked to it so far or not."""
    permissions.require(permissions.can_write(by), "Only authors may decide about patterns.")
    held = hold(incident)
    found = held.pattern_links.filter(pattern=pattern).first()
    if found is not None:
        return decide(found, LinkState.DISMISSED, by=by, at=at)
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
def edit(link: PatternLink, *, evidence: str, by: User, at: datetime) -> PatternLink:
    """Say anew what in the incident shows the pattern."""
    permissions.require(permissions.can_write(by), "Only authors may link patterns.")
    held = hold(link.incident)
    current = PatternLink.objects.select_related("pattern").get(pk=link.pk)
    if current.evidence == evidence:
        return current
    current.evidence = evidence
    current.save(update_fields=["evidence"])
    revisions.record(held, by=by, at=at, summary=f"Evidence for “{current.pattern}”")
    return current


@transaction.atomic
def unlink(link: PatternLink, *, by: User, at: datetime) -> None:
    """Take the link away, decision and evidence with it. They stay in the revisions."""
    permissions.require(permissions.can_write(by), "Only authors may unlink patterns.")
    held = hold(link.incident)
    link.delete()
    revisions.record(held, by=by, at=at, summary=f"Unlinked the pattern “{link.pattern}”")
