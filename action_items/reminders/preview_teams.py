"""Preview of the weekly team summaries in the next days."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import Team
from action_items.reminders import recipients, summary
from action_items.reminders.calendars import Calendar
from action_items.reminders.policy import Policy
from action_items.reminders.preview import DAYS
from messaging.models import Message

MOST = 20  # teams; they differ only in their holidays


@dataclass(frozen=True)
class Mornings:
    """The days of a team's summaries, and the hour from which they are sent."""

    days: tuple[date, ...]
    hour: int


@dataclass(frozen=True)
class TeamRow:
    """The times of a team's summary under two policies, and their time zone.

    `zone` is None if its members get it, each in their own morning.
    """

    team: Team
    zone: ZoneInfo | None
    saved: Mornings
    changed: Mornings

    @property
    def is_same(self) -> bool:
        return self.saved == self.changed


def preview_teams(*, saved: Policy, changed: Policy, now: datetime) -> tuple[list[TeamRow], int]:
    """Return the summaries of the next fourteen days from `now`, and the number of teams left out.

    The first teams by name are listed.
    """
    told = summary.told().select_related("lead").order_by("name")
    teams, count = list(told[:MOST]), told.count()
    before, after = (
        dict(recipients.calendars_of_teams(teams, policy=policy, now=now))
        for policy in (saved, changed)
    )
    written = _written(teams, now)
    to_members = set(summary.told_by_members().values_list("pk", flat=True))
    rows = [
        TeamRow(
            team,
            None if team.pk in to_members else before[team].zone,
            saved=_mornings(before[team], written[team.pk], now),
            changed=_mornings(after[team], written[team.pk], now),
        )
        for team in teams
    ]
    return rows, count - len(teams)


def _written(teams: list[Team], now: datetime) -> dict[int, set[date]]:
    """Return the days around `now` on which each team already had its summary."""
    around = (now.date() - timedelta(days=1), now.date() + timedelta(days=1))
    messages = Message.objects.filter(topic=summary.TOPIC, day__range=around).order_by()
    keys = [team.pk for team in teams]
    to_these = messages.filter(Q(team__in=keys) | Q(about__team__in=keys))
    days: dict[int, set[date]] = defaultdict(set)
    for team, about, day in to_these.values_list("team", "about", "day"):
        days[team or about["team"]].add(day)
    return days


def _mornings(calendar: Calendar, written: set[date], now: datetime) -> Mornings:
    today = calendar.local_day(now)
    days = (today + timedelta(days=ahead) for ahead in range(DAYS))
    due = (
        day
        for day in days
        if calendar.is_digest_day(day) and day not in written and now < calendar.closes_at(day)
    )
    return Mornings(tuple(due), calendar.hour)
