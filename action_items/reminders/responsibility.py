"""Responsibilities of people beyond their own items: their teams, and deactivated members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Team, User
from core.prepared import among

_Membership = Team.members.through


@dataclass(frozen=True)
class Responsibility:
    """Responsibilities of some people. Each field maps keys to those people who are responsible.

    A team's lead is responsible for its items, or all its members if it has no active lead.
    """

    people: frozenset[int]
    administrators: frozenset[int]
    of_team: dict[int, set[int]]  # teams they are responsible for
    of_departed: dict[int, set[int]]  # deactivated members of these teams
    of_member: dict[int, set[int]]  # other members of teams that they lead


def responsibility_of(people: Iterable[User]) -> Responsibility:
    """Return the responsibilities of these active people, in three queries for any number."""
    asked = list(people)
    keys = frozenset(person.pk for person in asked)
    led = dict(Team.objects.filter(lead__in=keys, lead__is_active=True).values_list("pk", "lead"))
    of_team: dict[int, set[int]] = defaultdict(set, {team: {lead} for team, lead in led.items()})
    of_departed: dict[int, set[int]] = defaultdict(set)
    leaderless = _Membership.objects.filter(user__in=keys).exclude(team__lead__is_active=True)
    former = leaderless.values_list("team_id", "user_id", "team__lead_id")
    for team, member, lead in former:
        of_team[team].add(member)
        if lead:
            of_departed[lead].add(member)
    of_member: dict[int, set[int]] = defaultdict(set)
    for team, member, is_active in _members(of_team):
        if not is_active:
            of_departed[member] |= of_team[team]
        elif team in led and member != led[team]:
            of_member[member].add(led[team])
    administrators = frozenset(person.pk for person in asked if person.is_administrator)
    return Responsibility(keys, administrators, dict(of_team), dict(of_departed), dict(of_member))


def _members(teams: Iterable[int]) -> Iterable[tuple[int, int, bool]]:
    """Return the members of these teams: team, person, and whether the person is active."""
    members = _Membership.objects.filter(among("team", list(teams)))
    return members.values_list("team_id", "user_id", "user__is_active")
