"""Changes of several facts of an action item at once, from a row of a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Team, User
from action_items.operations.action_items.closing import reopen
from action_items.operations.action_items.dates import agree_due
from action_items.operations.action_items.holding import hold, hold_open, save
from action_items.operations.action_items.owners import agree_owner
from action_items.operations.action_items.progress import move
from action_items.operations.action_items.refusals import DueRefused
from action_items.reminders.policy import Policy
from core.errors import DomainError
from incidents import permissions
from incidents.models import CLOSED, ActionItem, ActionItemStatus, Priority
from incidents.operations.action_item_changes import facts


@dataclass(frozen=True)
class GivenTo:
    """A new owner: a person or a team; neither means unassigned."""

    person: User | None = None
    team: Team | None = None

    def __str__(self) -> str:
        return str(self.person or self.team or "nobody")


@dataclass(frozen=True)
class DueOn:
    """A new due date or none, and the reason if it is later than the severity allows."""

    day: date | None
    reason: str = ""


@dataclass(frozen=True)
class Change:
    """The facts to change. None leaves a fact as it is; `status` is one of the open ones."""

    status: str | None = None
    priority: str | None = None
    owner: GivenTo | None = None
    due: DueOn | None = None

    @property
    def is_empty(self) -> bool:
        return self == Change()


@transaction.atomic
def change(
    item: ActionItem,
    *,
    to: Change,
    version: int | None = None,
    by: User,
    at: datetime,
    via: str = "app",
) -> ActionItem:
    """Apply the change `to` to `item`, all of it or nothing. Values that it has already change
    nothing.

    Raises DomainError for a status that closes it, OwnerMayNotSee, DueRefused for a past day,
    ReasonMissing for a day later than its severity allows, StaleWrite if `version` is not the
    current one, AlreadyClosed, ActionItemGone, or PermissionDenied: only authors change the
    priority.
    """
    held = hold_open(item, by=by, to="change", version=version)
    was, stood = facts(held), _standing(held)
    if to.status is not None:
        _agree_status(held, to.status)
    if to.priority is not None and to.priority != held.priority:
        permissions.require(
            permissions.can_write(by), "Only authors may change how urgent an action item is."
        )
        held.priority = Priority(to.priority)
    if to.owner is not None:
        agree_owner(held, to.owner.person, to.owner.team, by=by, at=at)
        held.owner_as_written = ""
    if to.due is not None and to.due.day != held.due_on:
        agree_day(held, to.due, timezone.localdate(at))
    if _standing(held) == stood:
        return held
    reason = to.due.reason if to.due else ""
    summary = f"Action item changed: {held.title}"
    return save(held, was, by=by, at=at, summary=summary, note=reason, via=via)


@transaction.atomic
def bring(
    item: ActionItem,
    *,
    to: str,
    version: int | None = None,
    by: User,
    at: datetime,
    via: str = "app",
) -> ActionItem:
    """Move `item` to an open status from any other, reopening it first if it is closed.

    Raises as `reopen` and `move` do.
    """
    held = hold(item, version=version)
    if held.is_open:
        return move(held, to=to, by=by, at=at, via=via)
    return move(reopen(held, by=by, at=at, via=via), to=to, by=by, at=at, via=via)


def _standing(item: ActionItem) -> tuple[object, ...]:
    owner = item.owner_id, item.owner_team_id, item.owner_as_written
    return item.status, item.priority, owner, item.due_on


def _agree_status(held: ActionItem, status: str) -> None:
    if status in CLOSED or status not in ActionItemStatus.values:
        raise DomainError("Closing an action item needs evidence or a reason.")
    held.status = ActionItemStatus(status)


def agree_day(held: ActionItem, due: DueOn, today: date, policy: Policy | None = None) -> None:
    """Set the due date of `held`. Raises DueRefused for a past day, or ReasonMissing."""
    if due.day is not None and due.day < today:
        raise DueRefused("That day has passed. Choose a later one.")
    agree_due(held, due.day, due.reason, policy)
