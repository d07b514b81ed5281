"""Previews of a change to many action items."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import date

from accounts.models import User
from action_items.operations.action_items.changing import Change, GivenTo, agree_day
from action_items.permissions import can_progress
from action_items.reminders import policy_store
from action_items.reminders.policy import Policy
from core import times
from core.errors import DomainError
from incidents import permissions
from incidents.models import ActionItem, Incident


@dataclass(frozen=True)
class Foreseen:
    """The effect of a change on `item`: what would change, in words, or why it cannot.

    Both are empty if the item is so already.
    """

    item: ActionItem
    changes: str = ""
    why_not: str = ""


def foresee(items: Iterable[ActionItem], to: Change, *, by: User, today: date) -> list[Foreseen]:
    """Return the effect of `to` on each of `items`, given with incident and owner, as of `today`.

    Writes nothing. At most two queries for each person who would be responsible.
    """
    items = list(items)
    blind = _blind(items, to.owner) if to.owner else {}
    policy = policy_store.current()
    return [_foreseen(item, to, by, today, blind, policy) for item in items]


def _foreseen(
    item: ActionItem,
    to: Change,
    by: User,
    today: date,
    blind: dict[int, User],
    policy: Policy,
) -> Foreseen:
    if not can_progress(by, item):
        return Foreseen(item, why_not="Only authors and its owner may change it.")
    if not item.is_open:
        return Foreseen(item, why_not="It is closed. Reopen it to change it.")
    changes = _changes(item, to)
    if to.priority and to.priority != item.priority and not permissions.can_write(by):
        return Foreseen(item, why_not="Only authors may change how urgent it is.")
    if to.owner and item.incident_id in blind and _changes_owner(item, to.owner):
        person = blind[item.incident_id]
        return Foreseen(item, why_not=f"{person} may not see its restricted incident.")
    if to.due and to.due.day != item.due_on:
        try:
            agree_day(copy(item), to.due, today, policy)
        except DomainError as error:
            return Foreseen(item, why_not=str(error))
    return Foreseen(item, changes=", ".join(changes))


def _changes(item: ActionItem, to: Change) -> list[str]:
    found = []
    if to.status and to.status != item.status:
        after = ActionItem(status=to.status).get_status_display()
        found.append(f"{item.get_status_display()} → {after}")
    if to.priority and to.priority != item.priority:
        found.append(f"{item.priority} → {to.priority}")
    if to.owner and _changes_owner(item, to.owner):
        before = item.owner or item.owner_team or item.owner_as_written or "nobody"
        found.append(f"{before} → {to.owner}")
    if to.due and to.due.day != item.due_on:
        found.append(f"due {_written(item.due_on)} → {_written(to.due.day)}")
    return found


def _written(day: date | None) -> str:
    return times.day(day) if day else "without a date"


def _changes_owner(item: ActionItem, to: GivenTo) -> bool:
    return (item.owner, item.owner_team) != (to.person, to.team)


def _blind(items: list[ActionItem], to: GivenTo) -> dict[int, User]:
    """Return the restricted incidents of `items` that a new owner may not see, each with one
    such person.
    """
    people = [to.person] if to.person else to.team.answerable() if to.team else []
    restricted = {item.incident_id for item in items if item.incident.is_restricted}
    blind: dict[int, User] = {}
    for person in people if restricted else ():
        visible = Incident.objects.visible_to(person).filter(pk__in=restricted)
        for pk in restricted - set(visible.values_list("pk", flat=True)):
            blind.setdefault(pk, person)
    return blind
