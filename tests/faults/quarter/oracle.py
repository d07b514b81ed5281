"""What has to be said to whom: brute force over the facts, knowing nothing of ledger or outbox.

Only the pure policy and calendar are the product’s. Who has which part in what, who may see it,
and what was said before, is worked out here, person by person and item by item.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from action_items.reminders.calendars import Calendar
from action_items.reminders.policy import ItemFacts, Part, Policy, due_steps
from tests.faults.quarter.world import HOLIDAY, Item, Person, Team, World

POLICY = Policy()

Digest = tuple[int, date]  # a person’s number, and their local day


@dataclass
class Oracle:
    """`expected` is, by digest, the steps that it has to name, by item; `since` when it could
    come first."""

    world: World
    expected: dict[Digest, dict[int, set[str]]] = field(default_factory=dict)
    since: dict[Digest, datetime] = field(default_factory=dict)
    _said: dict[tuple[int, int], dict[date, list[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    _teams: dict[int, list[Team]] = field(default_factory=lambda: defaultdict(list))

    def tick(self, now: datetime) -> None:
        """It is `now`: who is to be told of what?"""
        claims: dict[int, list[tuple[Item, Part]]] = defaultdict(list)
        for item in self.world.items.values():
            for number, part in self._parts(item):
                claims[number].append((item, part))
        for number, own in claims.items():
            self._tell(self.world.people[number], own, now)

    def _tell(self, person: Person, claims: list[tuple[Item, Part]], now: datetime) -> None:
        morning = calendar_of(person).morning(now) if person.digest != "off" else None
        if morning is None or (person.number, morning.day) in self.expected:
            return
        told: dict[int, set[str]] = defaultdict(set)
        for item, part in claims:
            before = self._said[person.number, item.number]
            for due in due_steps(_facts(item, person), part, morning, policy=POLICY, taken=before):
                before[due.since].append(due.step)
                told[item.number].add(due.step)
        if told:
            self.expected[person.number, morning.day] = dict(told)
            self.since[person.number, morning.day] = now

    def _parts(self, item: Item) -> Iterator[tuple[int, Part]]:
        """Who has which part in `item`, those excepted who may not see it."""
        if item.status == "done":
            return
        incident = self.world.incidents[item.incident]
        for number, part in self._parts_of_all(item):
            if self.world.may_see(self.world.people[number], incident):
                yield number, part

    def _parts_of_all(self, item: Item) -> Iterator[tuple[int, Part]]:
        if owner := self.world.active(item.owner):
            yield owner.number, Part.OWNER
            for team in self._teams_of(owner.number):
                if owner.number != team.lead and self.world.active(team.lead):
                    yield team.lead or 0, Part.LEAD
            return
        part = Part.OWNER if item.team else Part.HEIR
        teams = [self.world.teams[item.team]] if item.team else self._teams_of(item.owner)
        answering = {number for team in teams for number in self._answerable(team)}
        if not answering:
            part = Part.HEIR if item.owner else Part.KEEPER
            answering = self._keepers(item)
        for number in answering:
            yield number, part

    def _teams_of(self, number: int | None) -> list[Team]:
        if not self._teams:
            for team in self.world.teams.values():
                for each in team.members | ({team.lead} if team.lead else set()):
                    self._teams[each].append(team)
        return self._teams.get(number or 0, [])

    def _answerable(self, team: Team) -> set[int]:
        if self.world.active(team.lead):
            return {team.lead or 0}
        return {number for number in team.members if self.world.active(number)}

    def _keepers(self, item: Item) -> set[int]:
        incident = self.world.incidents[item.incident]
        for number in (incident.owner, incident.created_by):
            if self.world.active(number):
                return {number or 0}
        return {p.number for p in self.world.people.values() if p.is_administrator and p.is_active}


def calendar_of(person: Person) -> Calendar:
    return Calendar(
        zone=ZoneInfo(person.zone),
        hour=POLICY.hour if person.hour is None else person.hour,
        weekdays=frozenset(POLICY.weekdays) - set(person.quiet),
        holidays=frozenset({HOLIDAY}),
        weekly_on=POLICY.weekly_on if person.digest == "weekly" else None,
        steps_on=POLICY.weekly_on,
    )


def _facts(item: Item, person: Person) -> ItemFacts:
    return ItemFacts(
        due_on=item.due_on,
        owner_since=item.owner_since,
        is_declined=item.status == "wont_do",
        re_review_on=item.re_review_on,
        snoozed_until=item.snoozed_until,
        given_on=None if item.given_by == person.number else item.given_on,
    )
