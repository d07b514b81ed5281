"""The week of a team in a few numbers: told once a week to its channel, or else to its lead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.models import DigestFrequency, Team, User
from core import times
from core.templatetags import ui
from incidents.analytics import FollowUp, Scope, follow_up
from incidents.analytics.holders import Row
from incidents.analytics.recurring import RecurringPattern
from incidents.models import ActionItem
from incidents.reminders import people, saved
from incidents.reminders.policy import Policy
from messaging import operations
from messaging.models import Channel, Message, Route
from messaging.operations import Draft

TOPIC = "weekly_summary"
_DAYS = 7
_NAMED = 5  # services and patterns


class Line(NamedTuple):
    """One number in words; `is_late` where it should be none."""

    name: str
    value: str
    is_late: bool = False


@dataclass(frozen=True)
class TeamWeek:
    """How a team and its people keep their promises: the page of follow-up, for the last seven
    days, as one reader would see it.

    To the team's channel it counts the incidents that everybody may see, since who reads there is
    not known; to the lead in person, its `reader`, what the lead may see.
    """

    team: Team
    numbers: FollowUp
    reader: User | None
    url: str

    @property
    def subject(self) -> str:
        held, done = self.numbers.holders, self.numbers.period.done
        return f"{self.team}: {held.open} open, {held.overdue} overdue, {done} done"

    @property
    def now(self) -> list[Line]:
        """How it stands."""
        held, ages = self.numbers.holders, self.numbers.ages
        return [
            Line("Open", str(held.open)),
            Line("Overdue", str(held.overdue), bool(held.overdue)),
            Line("Waiting for a decision", str(held.undecided), bool(held.undecided)),
            Line("Of people who left", str(held.orphaned), bool(held.orphaned)),
            Line("Nobody’s, on the team’s services", str(held.nobodys), bool(held.nobodys)),
            Line("Half are open for at most", _days(ages.median)),
            Line("Nine in ten for at most", _days(ages.p90)),
            Line("Declined, to be looked at again", str(self.numbers.to_re_review)),
        ]

    @property
    def week(self) -> list[Line]:
        """What happened in the last seven days."""
        effort, week, year = self.numbers.effort, self.numbers.period, self.numbers.year
        per_closed = effort.reminders_per_closed
        return [
            Line("Done", str(week.done)),
            Line("Done on time", ui.percent(week.rate)),
            Line("Done on time, in twelve months", ui.percent(year.rate)),
            Line("Declined", str(effort.declined)),
            Line("Snoozes", str(effort.snoozes)),
            Line("Due dates moved", str(effort.redates)),
            Line(
                "Reminders per closed item",
                "not recorded" if per_closed is None else f"{per_closed:.1f}",
            ),
        ]

    @property
    def services(self) -> tuple[Row, ...]:
        """Those with the most that is overdue."""
        return tuple(row for row in self.numbers.services if row.overdue)[:_NAMED]

    @property
    def patterns(self) -> tuple[RecurringPattern, ...]:
        """Those against which most is overdue."""
        return self.numbers.patterns[:_NAMED]


def _days(days: int | None) -> str:
    return times.NOT_RECORDED if days is None else times.days(days)


def write_due(*, policy: Policy, now: datetime) -> list[int]:
    """Write the summary of each team whose day and hour it is; return the messages' keys.

    Writing again changes nothing. A team that nothing is promised by, and one that has neither a
    channel nor a lead who wants to hear of it, gets none.
    """
    written = operations.write_many(_drafts(policy, now), at=now)
    return [message.pk for message in written]


def _drafts(policy: Policy, now: datetime) -> Iterator[Draft]:
    teams = told().select_related("lead")
    for team, calendar in people.calendars_of_teams(teams, policy=policy, now=now):
        if morning := calendar.morning(now):
            yield Draft(f"{TOPIC}:{morning.day}:team-{team.pk}", TOPIC, morning.day, team=team)


def told() -> QuerySet[Team]:
    """Teams that are told of their week: something is promised by them, and there is a channel or
    a lead to tell."""
    has_channel = Exists(Channel.objects.active().filter(team=OuterRef("pk")))
    has_lead = Q(lead__is_active=True) & ~Q(lead__digest=DigestFrequency.OFF)
    open_items = ActionItem.objects.open()
    own = Exists(open_items.filter(owner_team=OuterRef("pk")))
    of_members = Exists(
        User.objects.filter(teams=OuterRef("pk")).filter(
            Exists(open_items.filter(owner=OuterRef("pk")))
        )
    )
    return Team.objects.filter(has_channel | has_lead).filter(own | of_members)


def week_of(team: Team, reader: User | None, *, today: date) -> TeamWeek | None:
    """The numbers of `today` as `reader`, or everybody, may see them; None where there is nothing
    to count."""
    scope = Scope(
        today=today,
        since=today - timedelta(days=_DAYS - 1),
        zone=people.zone_of_team(team),
        decision_after=saved.current().decision_after,
        teams=(team.pk,),
    )
    numbers = follow_up(reader, scope)
    page = f"{settings.SITE_URL}{reverse('follow_up')}"
    url = f"{page}?{urlencode({'team': team.slug, 'period': _DAYS})}"
    return None if numbers.is_empty else TeamWeek(team, numbers, reader, url)


def compose(message: Message, *, now: datetime) -> TeamWeek | None:
    """The summary as it would be `now`; None where there is nothing to say."""
    team = message.team
    if team is None:
        return None
    # By mail it goes to those who answer for the team: its active lead, and nobody beside.
    lead = team.lead if team.lead and team.lead.is_active else None
    reader = lead if message.route == Route.MAIL else None
    return week_of(team, reader, today=now.astimezone(people.zone_of_team(team)).date())
