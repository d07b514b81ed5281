"""Recipients of reminders, and their calendars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from accounts.models import DigestFrequency, Holiday, Team, User
from action_items.models import ReminderRun
from action_items.reminders.calendars import Calendar, zone_named
from action_items.reminders.policy import Policy

Spans = Sequence[tuple[datetime, datetime]]  # pairs of first and last moment in which reminders ran

BATCH = 500
_AROUND = timedelta(days=400)  # how far calendars look, with a margin for time zones


def reminded() -> QuerySet[User]:
    """Return the people who get digests: active, and not turned off."""
    return User.objects.filter(is_active=True).exclude(digest=DigestFrequency.OFF)


def in_batches(people: QuerySet[User]) -> Iterator[list[User]]:
    """Yield `people` in order of their keys, a few hundred at a time, to limit memory."""
    last = 0
    while batch := list(people.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        yield batch


def calendars_of(people: Iterable[User], *, policy: Policy, now: datetime) -> dict[int, Calendar]:
    """Return each person's calendar around `now`, by key, in four queries for any number."""
    asked = list(people)
    holidays = holidays_of(asked, now=now)
    runs = ReminderRun.objects.spans()
    return {
        person.pk: calendar_of(
            person, holidays=holidays[person.pk], policy=policy, runs=runs, now=now
        )
        for person in asked
    }


def calendar_of(
    person: User,
    *,
    holidays: frozenset[date],
    policy: Policy,
    runs: Spans,
    now: datetime,
) -> Calendar:
    """Return the calendar of `person` from the policy and their preferences."""
    calendar = Calendar(
        zone=zone_named(person.time_zone),
        hour=policy.hour if person.digest_hour is None else person.digest_hour,
        weekdays=frozenset(policy.weekdays) - set(person.quiet_weekdays),
        holidays=holidays,
        weekly_on=policy.weekly_on if person.digest == DigestFrequency.WEEKLY else None,
        steps_on=policy.weekly_on,
    )
    return _after_outages(calendar, runs, now)


def _after_outages(calendar: Calendar, runs: Spans, now: datetime) -> Calendar:
    """Return `calendar` with the mornings that a weekly message missed because reminders did not
    run.
    """
    if calendar.weekly_on is None:
        return calendar
    return replace(calendar, missed=calendar.missed_of(runs, now))


def holidays_of(people: Iterable[User], *, now: datetime) -> dict[int, frozenset[date]]:
    """Return each person's holidays around `now`: everybody's, and those of their teams."""
    keys = [person.pk for person in people]
    for_all, of_team = _holidays(now.date())
    of_person = _of_their_teams(keys, of_team)
    return {key: for_all | of_person[key] for key in keys}


def calendars_of_teams(
    teams: Iterable[Team], *, policy: Policy, now: datetime
) -> Iterator[tuple[Team, Calendar]]:
    """Yield each team's calendar for its weekly summary, in its lead's time zone, else in UTC."""
    for_all, of_team = _holidays(now.date())
    runs = ReminderRun.objects.spans()
    for team in teams:
        calendar = Calendar(
            zone=zone_of_team(team),
            hour=policy.hour,
            weekdays=frozenset(policy.weekdays),
            holidays=for_all | of_team.get(team.pk, frozenset()),
            weekly_on=policy.weekly_on,
        )
        yield team, _after_outages(calendar, runs, now)


def weekly_calendars_of(
    people: Iterable[User], *, policy: Policy, now: datetime
) -> dict[int, Calendar]:
    """Return each person's calendar, by key, for messages sent once a week."""
    runs = ReminderRun.objects.spans()
    return {
        key: _after_outages(replace(calendar, weekly_on=policy.weekly_on), runs, now)
        for key, calendar in calendars_of(people, policy=policy, now=now).items()
    }


def zone_of_team(team: Team) -> ZoneInfo:
    return zone_named(team.lead.time_zone if team.lead else "UTC")


def _holidays(today: date) -> tuple[frozenset[date], dict[int, frozenset[date]]]:
    """Return everybody's holidays, and those of each team that has any."""
    for_all: set[date] = set()
    of_team: dict[int, set[date]] = defaultdict(set)
    around = Holiday.objects.filter(on__range=(today - _AROUND, today + _AROUND))
    for team, on in around.values_list("team_id", "on"):
        (of_team[team] if team else for_all).add(on)
    return frozenset(for_all), {team: frozenset(days) for team, days in of_team.items()}


def _of_their_teams(
    keys: list[int], of_team: dict[int, frozenset[date]]
) -> dict[int, frozenset[date]]:
    """Return, by person, the holidays of the teams that they are in or lead."""
    found: dict[int, frozenset[date]] = defaultdict(frozenset)
    if of_team:
        members = Team.members.through.objects.filter(team__in=list(of_team), user__in=keys)
        leads = Team.objects.filter(pk__in=list(of_team), lead__in=keys)
        for person, team in chain(
            members.values_list("user_id", "team_id"), leads.values_list("lead_id", "pk")
        ):
            found[person] |= of_team[team]
    return found
