"""Owners of open action items: teams, services, nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from accounts.models import Team, User
from action_items.follow_up.counts import Sums
from action_items.follow_up.scope import Reach
from incidents.models import ActionItem, Service


@dataclass(frozen=True)
class Row:
    """Open and overdue items of a team or a service; `slug` is empty for those of none."""

    name: str
    slug: str
    open: int
    overdue: int


@dataclass(frozen=True)
class Holders:
    """Open items in total, and by team. A member of two teams counts in both rows, once in the
    total.

    `undecided` items are overdue for long enough to need a decision; `orphaned` ones belong to a
    deactivated user. `nobodys` have no owner: with chosen teams, those of incidents that hit the
    teams' services.
    """

    open: int
    overdue: int
    undecided: int
    orphaned: int
    nobodys: int
    teams: tuple[Row, ...]


@dataclass(frozen=True)
class _Held:
    """Items of one person or team; both None for unassigned ones."""

    owner: int | None
    team: int | None
    open: int
    overdue: int
    undecided: int


def holders(sums: Sums, reach: Reach, *, today: date, decide_on: date) -> Holders:
    """Return the owners of the open items in `reach`, from `sums` by owner.

    Items due on or before `decide_on` and not snoozed are undecided.
    """
    held = [_Held(*key, *numbers) for key, numbers in sums.items()]
    asleep = reach.items.snoozed(today).filter(due_on__lte=decide_on)
    left = set(
        User.objects.filter(pk__in={one.owner for one in held if one.owner}, is_active=False)
        .order_by()
        .values_list("pk", flat=True)
    )
    return Holders(
        open=sum(one.open for one in held),
        overdue=sum(one.overdue for one in held),
        undecided=sum(one.undecided for one in held) - asleep.count(),
        orphaned=sum(one.open for one in held if one.owner in left),
        nobodys=_nobodys(held, reach),
        teams=_by_team(held, reach.teams),
    )


def _nobodys(held: Iterable[_Held], reach: Reach) -> int:
    if not reach.teams:
        return sum(one.open for one in held if one.owner is None and one.team is None)
    theirs = reach.incidents.filter(services__team__in=reach.teams)
    unowned = ActionItem.objects.open().filter(owner=None, owner_team=None)
    return reach.after_these(unowned, "incident").filter(incident__in=theirs).count()


def _by_team(held: Iterable[_Held], chosen: Collection[int]) -> tuple[Row, ...]:
    known = Team.objects.filter(pk__in=chosen) if chosen else Team.objects.all()
    names: dict[int, tuple[str, str]] = {}
    memberships: dict[int, list[int]] = defaultdict(list)
    for pk, name, slug, member in known.values_list("pk", "name", "slug", "members"):
        names[pk] = (name, slug)
        memberships[member].append(pk)
    counts: dict[int | None, list[int]] = defaultdict(lambda: [0, 0])
    for one in held:
        for team in _teams_of(one, memberships):
            counts[team][0] += one.open
            counts[team][1] += one.overdue
    rows = [Row(*names.get(key or 0, ("In no team", "")), *count) for key, count in counts.items()]
    return _in_order(rows)


def _teams_of(one: _Held, memberships: dict[int, list[int]]) -> list[int] | list[None]:
    if one.team is not None:
        return [one.team]
    return memberships.get(one.owner or 0) or [None]


def by_service(sums: Sums, *, chosen: Collection[int]) -> tuple[Row, ...]:
    """Return open and overdue items by service of their incidents; limited to `chosen` if given.

    An item counts for each service of its incident. One query.
    """
    named = Service.objects.filter(pk__in=[pk for pk in sums if pk is not None])
    names = {pk: (name, slug) for pk, name, slug in named.values_list("pk", "name", "slug")}
    none = ("Service not recorded", "")
    return _in_order(
        Row(*names.get(pk, none), *numbers)
        for pk, numbers in sums.items()
        if not chosen or pk in chosen
    )


def _in_order(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Sort by overdue items, most first, with those of no team or service last."""
    return tuple(sorted(rows, key=lambda row: (not row.slug, -row.overdue, -row.open, row.name)))
