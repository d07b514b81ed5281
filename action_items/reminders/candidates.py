"""The action items that concern each person: as owner, heir, lead or keeper, and visible to
them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain
from typing import NamedTuple

from django.db.models import Max, Q

from accounts.models import Team, User
from action_items.reminders import visibility
from action_items.reminders.policy import NEWS_FOR, ItemFacts, Part
from action_items.reminders.responsibility import Responsibility, responsibility_of
from core.prepared import among
from incidents.models import ActionItem, ActionItemChange, Changed, Origin
from incidents.models.action_item import ActionItemQuerySet, ActionItemStatus


class Candidate(NamedTuple):
    """A person's part in an item, with the facts that the policy needs.

    `scope` is the list of action items that contains it: “mine”, “teams” or “all”.
    """

    item: int
    incident: int
    part: Part
    facts: ItemFacts
    scope: str = "mine"


class _Row(NamedTuple):
    pk: int
    incident_id: int
    owner_id: int | None
    owner_team_id: int | None
    status: str
    due_on: date | None
    re_review_on: date | None
    snoozed_until: date | None
    given_at: datetime | None
    given_by_id: int | None
    created_at: datetime
    incident__owner_id: int | None
    incident__created_by_id: int | None


_Found = tuple[_Row, Part, Iterable[int]]
_ZONE_MARGIN = timedelta(days=2)  # time zones: a person's day may have begun this much earlier


def candidates_of(
    people: Iterable[User], *, until: date, now: datetime
) -> dict[int, list[Candidate]]:
    """Return the items in which each of these active people has a part and that they may see, by
    key.

    These are open items due by `until` or recently assigned, as of `now`; declined ones due for
    re-review by `until`; and items that lost their owner. The person responsible for an item is its
    owner, or the team that owns it; the team of an owner who has left; and without these, the
    keeper of the postmortem: its owner, or else its creator, or else the administrators.

    The number of queries is fixed for any number of people and items.
    """
    asked = list(people)
    responsibility = responsibility_of(asked)
    found = {
        "teams": [*_owned_or_inherited(responsibility, until, now), *_led(responsibility, until)],
        "all": list(_kept(responsibility, until)),
    }
    rows = [(*each, scope) for scope, of_scope in found.items() for each in of_scope]
    since = _owner_since([row.pk for row, part, *_ in rows if part in (Part.HEIR, Part.KEEPER)])
    candidates: dict[int, list[Candidate]] = defaultdict(list)
    for row, part, persons, scope in rows:
        is_own = part == Part.OWNER and row.owner_id is not None
        facts = _facts(row, since.get(row.pk))
        candidate = Candidate(row.pk, row.incident_id, part, facts, "mine" if is_own else scope)
        for person in persons:
            candidates[person].append(
                _as_its_giver(candidate) if person == row.given_by_id else candidate
            )
    return _visible(asked, candidates)


def _facts(row: _Row, owner_since: datetime | None) -> ItemFacts:
    return ItemFacts(
        due_on=row.due_on,
        owner_since=(owner_since or row.created_at).date(),
        is_declined=row.status == ActionItemStatus.WONT_DO,
        re_review_on=row.re_review_on,
        snoozed_until=row.snoozed_until,
        given_on=row.given_at.date() if row.given_at else None,
    )


def _as_its_giver(candidate: Candidate) -> Candidate:
    """Drop the assignment from the facts: what people assign to themselves is no news to them."""
    return candidate._replace(facts=replace(candidate.facts, given_on=None))


def _rows(items: ActionItemQuerySet) -> Iterator[_Row]:
    alive = items.filter(incident__archived_at=None).order_by()
    return map(_Row._make, alive.values_list(*_Row._fields))


def _owned_or_inherited(
    responsibility: Responsibility, until: date, now: datetime
) -> Iterator[_Found]:
    """Yield items of these people, of their teams, and of deactivated members of those teams."""
    given_since = now - timedelta(days=NEWS_FOR) - _ZONE_MARGIN
    due = ActionItem.objects.open().filter(Q(due_on__lte=until) | Q(given_at__gte=given_since))
    declined = ActionItem.objects.to_re_review(until)
    gone = list(responsibility.of_departed)
    theirs = Q(owner__in=responsibility.people) | Q(owner_team__in=list(responsibility.of_team))
    for row in chain(_rows(due.filter(theirs)), _rows(declined.filter(theirs))):
        if row.owner_id is not None:
            yield row, Part.OWNER, (row.owner_id,)
        elif row.owner_team_id is not None:
            yield row, Part.OWNER, responsibility.of_team[row.owner_team_id]
    if gone:
        left = (
            ActionItem.objects.open().filter(among("owner", list(gone))),
            declined.filter(among("owner", list(gone))),
        )
        for row in chain.from_iterable(map(_rows, left)):
            yield row, Part.HEIR, responsibility.of_departed[row.owner_id or 0]


def _led(responsibility: Responsibility, until: date) -> Iterator[_Found]:
    """Yield overdue items of the people whom they lead."""
    if responsibility.of_member:
        due = ActionItem.objects.open().filter(due_on__lt=until)
        for row in _rows(due.filter(among("owner", list(responsibility.of_member)))):
            yield row, Part.LEAD, responsibility.of_member[row.owner_id or 0]


def _kept(responsibility: Responsibility, until: date) -> Iterator[_Found]:
    """Yield items without a responsible owner, from postmortems that these people keep."""
    no_owner = Q(incident__owner=None) | Q(incident__owner__is_active=False)
    nobody_began_it = Q(incident__created_by=None) | Q(incident__created_by__is_active=False)
    began = Q(incident__created_by__in=responsibility.people)
    keeping = Q(incident__owner__in=responsibility.people) | no_owner & began
    if responsibility.administrators:
        keeping |= no_owner & nobody_began_it
    for adrift in _adrift():
        kept = adrift.filter(keeping)
        for row in chain(_rows(kept.open()), _rows(kept.to_re_review(until))):
            yield row, Part.HEIR if row.owner_id else Part.KEEPER, _keepers(row, responsibility)


def _keepers(row: _Row, responsibility: Responsibility) -> Iterable[int]:
    for keeper in (row.incident__owner_id, row.incident__created_by_id):
        if keeper in responsibility.people:
            return (keeper,)
    return responsibility.administrators


def _adrift() -> Iterator[ActionItemQuerySet]:
    """Yield items without a responsible person or team, as querysets that an index serves.

    Items of write-ups from elsewhere are left out: nobody here agreed to them.
    """
    items = ActionItem.objects.exclude(~Q(origin=Origin.TEAM) & ~Q(incident__source_url=""))
    yield items.filter(owner=None, owner_team=None)
    alive = Team.objects.filter(Q(lead__is_active=True) | Q(members__is_active=True))
    deserted = Team.objects.exclude(pk__in=alive).order_by().values_list("pk", flat=True)
    in_a_team = Q(teams__in=alive) | Q(teams_led__in=alive)
    left = User.objects.filter(is_active=False).order_by()
    alone = left.exclude(pk__in=left.filter(in_a_team).values("pk")).values_list("pk", flat=True)
    if people := list(alone):
        yield items.filter(among("owner", list(people)))
    if teams := list(deserted):
        yield items.filter(owner_team__in=teams)


def _owner_since(items: list[int]) -> dict[int, datetime]:
    """Return when the owner of each of these items last changed, if ever."""
    if not items:
        return {}
    changes = ActionItemChange.objects.filter(among("item", list(items)), what=Changed.OWNER)
    return dict(changes.order_by().values_list("item").annotate(Max("at")))


def _visible(
    people: list[User], candidates: dict[int, list[Candidate]]
) -> dict[int, list[Candidate]]:
    """Keep the candidates about incidents that the person may see."""
    incidents = {key: {candidate.incident for candidate in own} for key, own in candidates.items()}
    seen = visibility.visible_incidents(people, incidents)
    return {
        key: [candidate for candidate in own if candidate.incident in seen[key]]
        for key, own in candidates.items()
    }
