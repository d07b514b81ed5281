"""Making promises, keeping them, and saying openly that one will not be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from accounts.models import Team, User
from core.errors import DomainError, StaleWrite
from core.text import clean_markdown, one_line
from incidents import permissions
from incidents.models import (
    CLOSED,
    ActionItem,
    ActionItemKind,
    ActionItemStatus,
    Incident,
    Priority,
    Severity,
)
from incidents.operations import revisions

# How long a promise may take when nobody chose a date.
_DAYS_BY_SEVERITY = {Severity.SEV1: 15, Severity.SEV2: 30}
_DAYS_OTHERWISE = 60


class EvidenceMissing(DomainError):
    """Done was said without anything that shows it."""


class ReasonMissing(DomainError):
    """Won’t do was said without a reason."""


class OwnerMayNotSee(DomainError):
    """The owner chosen could not even open the incident."""


class ActionItemGone(DomainError):
    """Somebody deleted it meanwhile."""


class AlreadyClosed(DomainError):
    """Somebody closed it meanwhile."""


@dataclass(frozen=True)
class Terms:
    """What an action item says: everything its editor may change.

    `status` is one of the open ones; None leaves it as it is.
    """

    title: str
    detail: str = ""
    kind: str = ActionItemKind.OTHER
    priority: str = Priority.P2
    size: str = ""
    owner: User | None = None
    owner_team: Team | None = None
    owner_as_written: str = ""
    due_on: date | None = None
    tracker_url: str = ""
    status: str | None = None


def default_due_on(incident: Incident, today: date) -> date:
    """The due date offered for a new action item of `incident`, counted from `today`."""
    days = _DAYS_BY_SEVERITY.get(Severity(incident.severity), _DAYS_OTHERWISE)
    return today + timedelta(days=days)


@transaction.atomic
def add(incident: Incident, *, terms: Terms, by: User, at: datetime) -> ActionItem:
    """Promise something after `incident`. Raises OwnerMayNotSee, or PermissionDenied."""
    permissions.require(permissions.can_write(by), "Only authors may add action items.")
    held = Incident.objects.select_for_update().get(pk=incident.pk)
    last = held.action_items.aggregate(last=Max("position"))["last"] or 0
    item = ActionItem(incident=held, position=last + 1, created_at=at, updated_at=at)
    _agree(item, terms)
    item.save()
    revisions.record(held, by=by, at=at, summary=f"Action item added: {item.title}")
    return item


@transaction.atomic
def edit(item: ActionItem, *, terms: Terms, version: int, by: User, at: datetime) -> ActionItem:
    """Change what `item` says. `version` is the one the writer saw.

    Raises StaleWrite where somebody saved since, ActionItemGone, OwnerMayNotSee, or
    PermissionDenied; nothing is changed then.
    """
    permissions.require(permissions.can_write(by), "Only authors may change action items.")
    held = _hold(item)
    if held.version != version:
        raise StaleWrite("Somebody saved this action item while you were writing.")
    _agree(held, terms)
    return _save(held, by=by, at=at, summary=f"Action item changed: {held.title}")


@transaction.atomic
def complete(item: ActionItem, *, evidence: str, by: User, at: datetime) -> ActionItem:
    """`item` is done, and `evidence`, a note or a link, shows it.

    Raises EvidenceMissing, AlreadyClosed, ActionItemGone, or PermissionDenied.
    """
    if not evidence.strip():
        raise EvidenceMissing("Say what shows that it is done: a link, or a sentence.")
    return _close(item, ActionItemStatus.DONE, note=evidence, by=by, at=at, verb="done")


@transaction.atomic
def decline(item: ActionItem, *, reason: str, by: User, at: datetime) -> ActionItem:
    """`item` will not be done, for `reason`, which stays on record.

    Raises ReasonMissing, AlreadyClosed, ActionItemGone, or PermissionDenied.
    """
    if not reason.strip():
        raise ReasonMissing("Say why it will not be done, and which risk is accepted with that.")
    return _close(item, ActionItemStatus.WONT_DO, note=reason, by=by, at=at, verb="declined")


@transaction.atomic
def reopen(item: ActionItem, *, by: User, at: datetime) -> ActionItem:
    """`item` is open again. Its closing note stays in the revisions. An open one stays as it is.

    Raises ActionItemGone, or PermissionDenied.
    """
    held = _hold(item)
    return reopen_held(held, due_on=held.due_on, by=by, at=at)


def reopen_held(held: ActionItem, *, due_on: date | None, by: User, at: datetime) -> ActionItem:
    """As `reopen`, due on another day, for an operation that holds the item and its incident."""
    permissions.require(
        permissions.can_progress(by, held), "Only authors and its owner may reopen an action item."
    )
    if held.is_open:
        return held
    held.status, held.due_on = ActionItemStatus.OPEN, due_on
    held.closing_note, held.closed_at, held.closed_by = "", None, None
    return _save(held, by=by, at=at, summary=f"Action item reopened: {held.title}")


@transaction.atomic
def delete(item: ActionItem, *, by: User, at: datetime) -> None:
    """Remove `item`; the revisions keep what it said. Deleting again changes nothing."""
    permissions.require(permissions.can_write(by), "Only authors may delete action items.")
    try:
        held = _hold(item)
    except ActionItemGone:
        return
    held.delete()
    revisions.record(held.incident, by=by, at=at, summary=f"Action item deleted: {held.title}")


def _hold(item: ActionItem) -> ActionItem:
    """`item` as it now stands, its incident and itself held until the transaction ends."""
    incident = Incident.objects.select_for_update().get(pk=item.incident_id)
    try:
        held = ActionItem.objects.select_for_update().get(pk=item.pk)
    except ActionItem.DoesNotExist as error:
        raise ActionItemGone("Somebody deleted this action item meanwhile.") from error
    held.incident = incident
    return held


def _agree(item: ActionItem, terms: Terms) -> None:
    _require_sight(item, terms)
    for name in ("kind", "priority", "size", "owner", "owner_team"):
        setattr(item, name, getattr(terms, name))
    item.title, item.detail = one_line(terms.title), clean_markdown(terms.detail)
    item.owner_as_written = terms.owner_as_written
    item.due_on = terms.due_on
    item.tracker_url = terms.tracker_url
    if terms.status is not None and item.is_open and terms.status not in CLOSED:
        item.status = terms.status


def _require_sight(item: ActionItem, terms: Terms) -> None:
    """Raises OwnerMayNotSee unless all whom a new owner stands for may open the incident."""
    people: list[User] = []
    if terms.owner is not None and terms.owner != item.owner:
        people = [terms.owner]
    elif terms.owner_team is not None and terms.owner_team != item.owner_team:
        people = terms.owner_team.answerable()
    for person in people:
        if not Incident.objects.visible_to(person).filter(pk=item.incident_id).exists():
            if not person.is_active:
                raise OwnerMayNotSee(f"{person} is no longer active. Choose another owner.")
            raise OwnerMayNotSee(
                f"{person} may not see this restricted incident. Choose another owner, or let "
                f"{person} read it first."
            )


def _close(
    item: ActionItem, status: ActionItemStatus, *, note: str, by: User, at: datetime, verb: str
) -> ActionItem:
    held = _hold(item)
    permissions.require(
        permissions.can_progress(by, held), "Only authors and its owner may close an action item."
    )
    if not held.is_open:
        raise AlreadyClosed(
            f"{held.closed_by or 'Somebody'} closed it before you "
            f"({held.get_status_display()}): {held.closing_note}"
        )
    held.status = status
    held.closing_note, held.closed_at, held.closed_by = clean_markdown(note), at, by
    return _save(held, by=by, at=at, summary=f"Action item {verb}: {held.title}")


def _save(held: ActionItem, *, by: User, at: datetime, summary: str) -> ActionItem:
    held.version += 1
    held.updated_at = at
    held.save()
    revisions.record(held.incident, by=by, at=at, summary=summary)
    return held
