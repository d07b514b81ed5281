"""Owners of action items."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Team, User
from action_items.operations.action_items.holding import hold_open, save
from action_items.operations.action_items.refusals import OwnerMayNotSee
from core.errors import DomainError
from incidents.models import ActionItem, Incident
from incidents.operations.action_item_changes import facts, note_giver, owner_keys


@transaction.atomic
def reassign(
    item: ActionItem,
    *,
    owner: User | None = None,
    owner_team: Team | None = None,
    note: str = "",
    version: int | None = None,
    by: User,
    at: datetime,
    via: str = "app",
) -> ActionItem:
    """Assign `item` to a person, to a team, or to nobody. The same owner again changes nothing.

    `note`, Markdown, tells the new owner what they need to know. Raises OwnerMayNotSee, StaleWrite
    if `version` is not the current one, AlreadyClosed, ActionItemGone, DomainError for two owners,
    or PermissionDenied.
    """
    held = hold_open(item, by=by, to="reassign", version=version)
    was = facts(held)
    if (held.owner, held.owner_team) == (owner, owner_team) and not held.owner_as_written:
        return held
    agree_owner(held, owner, owner_team, by=by, at=at)
    held.owner_as_written = ""
    summary = f"Action item assigned to {owner or owner_team or 'nobody'}: {held.title}"
    return save(held, was, by=by, at=at, summary=summary, note=note, via=via)


def agree_owner(
    item: ActionItem, owner: User | None, owner_team: Team | None, *, by: User, at: datetime
) -> None:
    """Set the owner of `item`, and `by` as the person who assigned it.

    Raises OwnerMayNotSee unless everyone who answers for a new owner may open the incident. The
    present owner is not checked, and may have left.
    """
    if owner is not None and owner_team is not None:
        raise DomainError("The owner is a person or a team, not both.")
    people: list[User] = []
    if owner is not None and owner.pk != item.owner_id:
        people = [owner]
    elif owner_team is not None and owner_team.pk != item.owner_team_id:
        people = owner_team.answerable()
    for person in people:
        if not may_see(person, item):
            if not person.is_active:
                raise OwnerMayNotSee(f"{person} is no longer active. Choose another owner.")
            raise OwnerMayNotSee(
                f"{person} may not see this restricted incident. Choose another owner, or let "
                f"{person} read it first."
            )
    before = owner_keys(item)
    item.owner, item.owner_team = owner, owner_team
    note_giver(item, before, by=by, at=at)


def may_see(person: User, item: ActionItem) -> bool:
    return Incident.objects.visible_to(person).filter(pk=item.incident_id).exists()
