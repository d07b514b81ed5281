"""What people do from one day to the next: told to the product, and kept for the oracle."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from accounts.models import User
from action_items.operations import action_items
from core.errors import DomainError
from incidents.models import ActionItem, Incident, Visibility
from tests.faults.quarter.world import Item, World

_A_DAY = timedelta(days=1)


def work_a_day(world: World, *, at: datetime, chance: Random) -> int:
    """A hundredth of the items is moved on; now and then somebody leaves, or an incident is
    restricted. How many items were."""
    by = User.objects.get(pk=1)  # the administrator, who may do everything
    chosen = chance.sample(sorted(world.items), max(len(world.items) // 100, 1))
    moved = 0
    for number in chosen:
        item = world.items[number]
        if item.is_open:
            try:
                _move(item, world, by=by, at=at, chance=chance)
            except DomainError:  # refused, as it may be: then nothing has changed
                continue
            moved += 1
    if chance.random() < 0.1:
        _somebody_leaves(world, chance)
    if chance.random() < 0.3:
        _an_incident_is_restricted(world, chance)
    return moved


def _move(item: Item, world: World, *, by: User, at: datetime, chance: Random) -> None:
    row = ActionItem.objects.get(pk=item.number)
    today = at.date()
    what = chance.choices(
        ("complete", "decline", "redate", "reassign", "nobody", "snooze"), (5, 1, 2, 2, 1, 2)
    )[0]
    if what == "complete":
        action_items.complete(row, evidence="It is there.", by=by, at=at)
        item.status = "done"
    elif what == "decline":
        day = today + chance.randint(2, 40) * _A_DAY
        action_items.decline(
            row, reason="No.", accepted_risk="Some.", re_review_on=day, by=by, at=at
        )
        item.status, item.re_review_on, item.snoozed_until = "wont_do", day, None
    elif what == "redate":
        day = today + chance.randint(0, 30) * _A_DAY
        action_items.redate(row, due_on=day, reason="It takes longer.", by=by, at=at)
        item.due_on = day
    elif what == "snooze":
        day = today + chance.randint(1, 14) * _A_DAY
        action_items.snooze(row, until=day, by=by, at=at)
        item.snoozed_until = day
    else:
        owner = chance.choice(sorted(world.people)) if what == "reassign" else None
        new = User.objects.get(pk=owner) if owner else None
        action_items.reassign(row, owner=new, by=by, at=at)
        if (item.owner, item.team) != (owner, None):
            item.owner, item.team, item.owner_since = owner, None, today
            item.given_on, item.given_by = (today, by.pk) if owner else (None, None)
    row.refresh_from_db()
    item.snoozed_until = row.snoozed_until  # what moving on does to a snooze is tested elsewhere


def _somebody_leaves(world: World, chance: Random) -> None:
    person = world.people[chance.choice(sorted(world.people))]
    if not person.is_administrator:
        User.objects.filter(pk=person.number).update(is_active=False)
        person.is_active = False


def _an_incident_is_restricted(world: World, chance: Random) -> None:
    incident = world.incidents[chance.choice(sorted(world.incidents))]
    Incident.objects.filter(pk=incident.number).update(visibility=Visibility.RESTRICTED)
    incident.is_restricted = True
