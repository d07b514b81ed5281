"""The weekly summary of a team: sent to its channel, or else to its lead, or else to each
member.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.models import DigestFrequency, Team, User
from action_items.follow_up import FollowUp, Scope, follow_up
from action_items.follow_up.owners import Row
from action_items.follow_up.recurring import RecurringPattern
from action_items.follow_up.scope import Reach
from action_items.reminders import policy_store, recipients
from action_items.reminders.calendars import zone_named
from action_items.reminders.content import unlinked
from action_items.reminders.policy import Policy
from core import times
from core.templatetags import ui
from incidents.models import ActionItem, Severity
from messaging import operations
from messaging.models import Channel, Message, Route
from messaging.operations import Draft

TOPIC = "weekly_summary"
_DAYS = 7
_NAMED = 5  # items, services and patterns


class Line(NamedTuple):
    """A figure with its name; `is_late` if it should be zero."""

    name: str
    value: str
    is_late: bool = False


@dataclass(frozen=True)
class WorstItem:
    """An overdue action item in the summary."""

    title: str
    url: str
    words: str

    @property
    def plain_title(self) -> str:
        """The title without the brackets that make links in Markdown."""
        return unlinked(self.title)


@dataclass(frozen=True)
class TeamWeek:
    """The follow-up figures of a team and its members for the last seven days, as one reader sees
    them.

    For the team's channel, whose readers are unknown, they cover the incidents visible to
    everybody; for one `reader`, the lead or a member, those visible to that person. `worst` are the
    most pressing of the overdue items.
    """

    team: Team
    numbers: FollowUp
    reader: User | None
    url: str
    worst: tuple[WorstItem, ...]

    @property
    def subject(self) -> str:
        held, done = self.numbers.holders, self.numbers.period.done
        return f"{self.team}: {held.open} open, {held.overdue} overdue, {done} done"

    @property
    def now(self) -> list[Line]:
        """The present state."""
        held, ages = self.numbers.holders, self.numbers.ages
        return [
            Line("Open", str(held.open)),
            Line("Overdue", str(held.overdue), bool(held.overdue)),
            Line("PendingPostmortem for a decision", str(held.undecided), bool(held.undecided)),
            Line("Assigned to deactivated users", str(held.orphaned), bool(held.orphaned)),
            Line("Unassigned, on the team’s services", str(held.nobodys), bool(held.nobodys)),
            Line("Median age", _days(ages.median)),
            Line("90th percentile of age", _days(ages.p90)),
            Line("Declined, due for re-review", str(self.numbers.to_re_review)),
        ]

    @property
    def week(self) -> list[Line]:
        """The last seven days."""
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
        """The services with the most overdue items."""
        return tuple(row for row in self.numbers.services if row.overdue)[:_NAMED]

    @property
    def patterns(self) -> tuple[RecurringPattern, ...]:
        """The patterns with the most overdue items."""
        return self.numbers.patterns[:_NAMED]


def _days(days: int | None) -> str:
    return times.NOT_RECORDED if days is None else times.days(days)


def write_due(*, policy: Policy, now: datetime) -> list[int]:
    """Write the summary of each team whose morning it is; return the messages' keys.

    Writing again changes nothing. A team without open action items gets none, nor does one in which
    nobody wants it.
    """
    drafts = chain(_team_drafts(policy, now), _member_drafts(policy, now))
    return [message.pk for message in operations.write_many(drafts, at=now)]


def _team_drafts(policy: Policy, now: datetime) -> Iterator[Draft]:
    """Yield drafts to the channels and leads of teams."""
    teams = told().filter(_HAS_ONE_TO_TELL).select_related("lead")
    for team, calendar in recipients.calendars_of_teams(teams, policy=policy, now=now):
        if morning := calendar.morning(now):
            yield Draft(f"{TOPIC}:{morning.day}:team-{team.pk}", TOPIC, morning.day, team=team)


def _member_drafts(policy: Policy, now: datetime) -> Iterator[Draft]:
    """Yield drafts to each member of teams without channel and lead, in the member's own
    morning.
    """
    teams = told_by_members().values_list("pk", flat=True)
    members = Team.members.through.objects.filter(team__in=list(teams)).order_by("team", "user")
    pairs = list(members.values_list("team", "user"))
    persons = recipients.reminded().in_bulk({person for _, person in pairs})
    calendars = recipients.weekly_calendars_of(persons.values(), policy=policy, now=now)
    for team, person in pairs:
        if person in persons and (morning := calendars[person].morning(now)):
            key = f"{TOPIC}:{morning.day}:team-{team}:user-{person}"
            yield Draft(key, TOPIC, morning.day, persons[person], about={"team": team})


_HAS_CHANNEL = Exists(Channel.objects.active().filter(team=OuterRef("pk")))
_HAS_ONE_TO_TELL = Q(_HAS_CHANNEL) | Q(lead__isnull=False, lead__is_active=True)


def told() -> QuerySet[Team]:
    """Return the teams that get a summary.

    They have open action items, and a channel, a lead or, without both, a member to send it to.
    """
    wants_it = Q(lead__is_active=True) & ~Q(lead__digest=DigestFrequency.OFF)
    members = recipients.reminded().filter(teams=OuterRef("pk"))
    has_members = Exists(members) & (Q(lead=None) | Q(lead__is_active=False))
    open_items = ActionItem.objects.open()
    own = Exists(open_items.filter(owner_team=OuterRef("pk")))
    of_members = Exists(
        User.objects.filter(teams=OuterRef("pk")).filter(
            Exists(open_items.filter(owner=OuterRef("pk")))
        )
    )
    return Team.objects.filter(Q(_HAS_CHANNEL) | wants_it | has_members).filter(own | of_members)


def told_by_members() -> QuerySet[Team]:
    """Return the teams whose summary goes to each member, without a channel or an active lead."""
    return told().filter(~_HAS_ONE_TO_TELL)


def week_of(team: Team, reader: User | None, *, today: date) -> TeamWeek | None:
    """Return the figures of `today` visible to `reader`, or to everybody; None if there are
    none.
    """
    scope = Scope(
        today=today,
        since=today - timedelta(days=_DAYS - 1),
        zone=_zone(team, reader),
        decision_after=policy_store.current().decision_after,
        teams=(team.pk,),
    )
    numbers = follow_up(reader, scope)
    if numbers.is_empty:
        return None
    page = f"{settings.SITE_URL}{reverse('follow_up')}"
    url = f"{page}?{urlencode({'team': team.slug, 'period': _DAYS})}"
    return TeamWeek(team, numbers, reader, url, _worst(team, reader, today))


def _worst(team: Team, reader: User | None, today: date) -> tuple[WorstItem, ...]:
    """Return the most pressing overdue items that `reader` may see.

    Ordered by priority, then by the incident's severity, then by due date.
    """
    items = Reach.of(reader, (), (team.pk,)).items.overdue(today)
    worst = items.order_by("priority", "incident__severity", "due_on", "pk")
    return tuple(
        _worst_item(item, today)
        for item in worst.select_related("incident", "owner", "owner_team")[:_NAMED]
    )


def _worst_item(item: ActionItem, today: date) -> WorstItem:
    is_known = item.incident.severity != Severity.UNKNOWN
    late = f"{ui.counted(item.days_overdue(today), 'day')} overdue"
    owner = str(item.owner or item.owner_team or "unassigned")
    facts = (item.priority, item.incident.severity if is_known else "", late, owner)
    url = f"{settings.SITE_URL}{item.get_absolute_url()}"
    return WorstItem(item.title, url, ", ".join(filter(None, facts)))


def _zone(team: Team, reader: User | None) -> ZoneInfo:
    return zone_named(reader.time_zone) if reader else recipients.zone_of_team(team)


def compose(message: Message, *, now: datetime) -> TeamWeek | None:
    """Return the summary as of `now`; None if there is nothing to tell its recipient."""
    if message.recipient is not None:
        return _compose_for_member(message, message.recipient, now)
    team = message.team
    if team is None:
        return None
    # Mail goes only to the team's active lead.
    lead = team.lead if team.lead and team.lead.is_active else None
    reader = lead if message.route == Route.MAIL else None
    return week_of(team, reader, today=now.astimezone(_zone(team, reader)).date())


def _compose_for_member(message: Message, person: User, now: datetime) -> TeamWeek | None:
    team = Team.objects.filter(pk=message.about.get("team"), members=person).first()
    wants_it = person.is_active and person.digest != DigestFrequency.OFF
    if team is None or not (wants_it or message.sent_at):
        return None
    return week_of(team, person, today=now.astimezone(_zone(team, person)).date())
