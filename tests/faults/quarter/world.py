"""The facts, kept beside the product: people, teams, incidents and what was promised."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

FIRST_DAY = date(2026, 2, 2)  # a Monday; the clocks change on 8 and 29 March and on 5 April
BUSINESS_DAYS = 65
HOLIDAY = date(2026, 4, 6)
TEAM_SIZE = 5
ITEMS_OF_AN_INCIDENT = 5
ZONES = ("UTC", "Europe/Dublin", "America/Los_Angeles", "Asia/Tokyo", "Australia/Sydney")


def marked(number: int) -> str:
    """What titles call this incident, so that it is known wherever it is named."""
    return f"‹inc {number}›"


@dataclass
class Person:
    number: int
    zone: str = "UTC"
    hour: int | None = None
    digest: str = "daily"
    quiet: tuple[int, ...] = ()
    by: str = "mail"
    is_administrator: bool = False
    is_active: bool = True

    @property
    def email(self) -> str:
        return f"person{self.number}@example.com"


@dataclass
class Team:
    number: int
    lead: int | None
    members: set[int]


@dataclass
class Incident:
    number: int
    owner: int | None
    created_by: int | None
    is_restricted: bool
    readers: set[int] = field(default_factory=set)


@dataclass
class Item:
    number: int
    incident: int
    owner: int | None
    team: int | None
    due_on: date
    owner_since: date
    status: str = "open"
    re_review_on: date | None = None
    snoozed_until: date | None = None
    given_on: date | None = None
    given_by: int | None = None

    @property
    def is_open(self) -> bool:
        return self.status == "open"


@dataclass
class World:
    """Everything that the oracle knows. Numbers begin with 1, and are the keys in the database."""

    people: dict[int, Person]
    teams: dict[int, Team]
    incidents: dict[int, Incident]
    items: dict[int, Item]

    def may_see(self, person: Person, incident: Incident) -> bool:
        return person.is_active and (
            not incident.is_restricted
            or person.is_administrator
            or person.number == incident.owner
            or person.number in incident.readers
        )

    def active(self, number: int | None) -> Person | None:
        person = self.people.get(number or 0)
        return person if person and person.is_active else None


def make(people: int, items: int, chance: Random) -> World:
    """A world of that size, by chance."""
    persons = {number: _person(number, chance) for number in range(1, people + 1)}
    teams = {
        number: _team(number, people, chance)
        for number in range(1, max(people // TEAM_SIZE, 1) + 1)
    }
    incidents = {
        number: _incident(number, people, chance)
        for number in range(1, max(items // ITEMS_OF_AN_INCIDENT, 1) + 1)
    }
    promised = {
        number: _item(number, incidents, people, len(teams), chance)
        for number in range(1, items + 1)
    }
    return World(persons, teams, incidents, promised)


def _person(number: int, chance: Random) -> Person:
    person = Person(number, zone=ZONES[number % len(ZONES)], is_administrator=number == 1)
    kind = number % 20
    if kind in (3, 11):
        person.digest = "weekly"
    elif kind == 7:
        person.digest = "off"
    elif kind in (5, 10, 15):
        person.by = "chat"
    elif kind == 13:
        person.quiet = (chance.choice((1, 3, 5)),)
    elif kind == 17:
        person.hour = 8
    elif kind == 19:
        person.is_active = False
    if person.zone == "Australia/Sydney":
        person.hour = 10  # at 0:00 UTC the window is open for two hours at least, for retries
    return person


def _team(number: int, people: int, chance: Random) -> Team:
    first = (number - 1) * TEAM_SIZE + 1
    members = set(range(first, min(first + TEAM_SIZE, people + 1)))
    lead = None if number % 4 == 0 else chance.choice(sorted(members))
    return Team(number, lead, members)


def _incident(number: int, people: int, chance: Random) -> Incident:
    incident = Incident(
        number,
        owner=chance.randint(1, people) if chance.random() < 0.9 else None,
        created_by=chance.randint(1, people) if chance.random() < 0.9 else None,
        is_restricted=chance.random() < 0.1,
    )
    incident.readers = {chance.randint(1, people) for _ in range(3)}
    return incident


def _item(
    number: int, incidents: dict[int, Incident], people: int, teams: int, chance: Random
) -> Item:
    kind = chance.random()
    days = round(BUSINESS_DAYS * 7 / 5)
    return Item(
        number,
        incident=(number - 1) // ITEMS_OF_AN_INCIDENT % len(incidents) + 1,
        owner=chance.randint(1, people) if kind < 0.9 else None,
        team=chance.randint(1, teams) if 0.9 <= kind < 0.97 else None,
        due_on=FIRST_DAY + timedelta(days=chance.randint(-5, days)),
        owner_since=FIRST_DAY - timedelta(days=3),
    )
