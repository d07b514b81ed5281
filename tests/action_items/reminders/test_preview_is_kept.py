"""The preview of reminders, compared with what is sent over a quarter, two weeks at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from accounts.models import Holiday, User
from action_items.models import LedgerEntry, PostmortemReminder
from action_items.operations import action_items
from action_items.reminders import (
    immediate,
    ledger,
    policy_store,
    preview,
    preview_teams,
    recipients,
    summary,
)
from incidents.models import ActionItem
from messaging import delivery
from messaging.models import Message
from tests.factories import ActionItemFactory, IncidentFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PERIOD = preview.DAYS * DAY
BEGINS = datetime(2026, 2, 2, 6, 0, tzinfo=UTC)  # clocks change on 8 and 29 March
PERIODS = 7  # of two weeks
Subjects = list[tuple[int | None, int | None]]  # keys of items and of incidents
Sent = dict[tuple[date, int], Subjects]


def make_people() -> list[User]:
    wishes = [
        {"time_zone": "Europe/Dublin"},
        {"time_zone": "America/Los_Angeles", "digest_hour": 11},
        {"time_zone": "Asia/Kathmandu", "quiet_weekdays": [1]},
        {"time_zone": "Europe/Berlin", "digest": "weekly"},
        {"time_zone": "Australia/Sydney", "digest_hour": 23},
        {"time_zone": "UTC", "role": "reviewer"},
    ]
    return [UserFactory(username=f"p{n}", **wish) for n, wish in enumerate(wishes)]


def make_items(persons: list[User], chance: Random) -> None:
    team = TeamFactory(name="Payments", lead=persons[0])
    team.members.set(persons[:3])
    leaderless = TeamFactory(name="Platform", lead=None)
    leaderless.members.set(persons[3:])
    Holiday.objects.create(on=date(2026, 3, 17), name="Saint Patrick’s Day", team=team)
    for number in range(30):
        owner = {"owner": chance.choice(persons)} if number % 6 else {"owner_team": leaderless}
        if number % 10 == 1:
            owner = {}
        due_on = BEGINS.date() + chance.randint(-20, 80) * DAY
        published = {"status": "published", "published_at": BEGINS} if number % 7 else {}
        incident = IncidentFactory(owner=chance.choice(persons), **published)
        ActionItemFactory(
            incident=incident, due_on=due_on, priority=f"P{number % 4}", created_at=BEGINS, **owner
        )


def change_something(persons: list[User], chance: Random, at: datetime) -> None:
    by = persons[-1]
    for item in chance.sample(list(ActionItem.objects.open().order_by("pk")), 4):
        what = chance.choice(("complete", "snooze", "redate", "reassign", "reassign"))
        if what == "complete":
            action_items.complete(item, evidence="There.", by=by, at=at)
        elif what == "snooze" and action_items.snoozes_left(item, policy_store.current()):
            action_items.snooze(item, until=at.date() + 9 * DAY, by=by, at=at)
        elif what == "redate":
            action_items.redate(item, due_on=at.date() + 5 * DAY, reason="Late.", by=by, at=at)
        else:
            action_items.reassign(item, owner=chance.choice(persons), by=by, at=at)


def moments(persons: list[User], start: datetime, end: datetime) -> list[datetime]:
    """Return the moments to act: when windows open, half an hour later, and at the start."""
    calendars = recipients.calendars_of(persons, policy=policy_store.current(), now=start).values()
    days = [start.date() + ahead * DAY for ahead in range(-1, preview.DAYS + 2)]
    opening = {calendar.opens_at(day).astimezone(UTC) for calendar in calendars for day in days}
    opening |= {datetime.combine(day, datetime.min.time(), UTC) + 9 * HOUR for day in days}
    wanted = {start + timedelta(minutes=3), *opening, *(at + HOUR / 2 for at in opening)}
    return sorted(at for at in wanted if start < at < end)


def live(at: Iterable[datetime]) -> None:
    for now in at:
        immediate.write_due(now)
        ledger.write_due(now)
        delivery.deliver(delivery.due(now), clock=lambda now=now: now)


def really_sent(since: datetime, until: datetime) -> Sent:
    """Return the messages sent, by day and person."""
    sent: Sent = {}
    mails = Message.objects.filter(sent_at__range=(since, until), recipient__isnull=False)
    for message in mails.filter(topic__in=(ledger.TOPIC, immediate.TOPIC)):
        items = LedgerEntry.objects.filter(message=message).values_list("action_item", flat=True)
        drafts = PostmortemReminder.objects.filter(message=message)
        found = sent.setdefault((message.day, message.recipient_id or 0), [])
        found += [(item, None) for item in items]
        found += [(None, incident) for incident in drafts.values_list("incident", flat=True)]
    return {key: sorted(found, key=str) for key, found in sent.items()}


def promised(rows: list[preview.Row], until: datetime) -> Sent:
    """Return the mornings in the preview that begin before `until`."""
    calendars = recipients.calendars_of(
        [row.person for row in rows], policy=policy_store.current(), now=until - PERIOD
    )
    return {
        (row.day, row.person.pk): sorted(
            ((subject.item, subject.incident) for subject in row.saved.subjects), key=str
        )
        for row in rows
        if row.saved and calendars[row.person.pk].opens_at(row.day) < until
    }


@pytest.mark.parametrize("seed", [1])
def test_over_a_quarter_the_preview_matches_what_is_sent(seed):
    chance = Random(seed)
    persons = make_people()
    make_items(persons, chance)
    begins = [BEGINS + n * PERIOD + chance.randrange(24 * 60) * HOUR / 60 for n in range(PERIODS)]
    compared = 0
    for start, following in pairwise(begins):
        change_something(persons, chance, start - timedelta(minutes=chance.choice((1, 30, 900))))
        # The fourteenth day ends earlier than the moment two weeks ahead.
        policy, end = policy_store.current(), min(following, start + PERIOD - DAY)
        rows = preview.preview(persons, saved=policy, changed=policy, now=start)
        teams, _ = preview_teams.preview_teams(saved=policy, changed=policy, now=start)

        live(moments(persons, start, end))

        assert really_sent(start, end) == promised(rows, end)
        compared += len(promised(rows, end))
        for row in teams:
            if row.zone is not None:
                weeks = Message.objects.filter(
                    topic=summary.TOPIC, team=row.team, sent_at__range=(start, end)
                )
                days = [day for day in row.saved.days if day <= (end - DAY).date()]
                assert set(days) <= set(weeks.values_list("day", flat=True)) <= set(row.saved.days)
        live(moments(persons, end, following))

    assert compared > 40
    sent = Message.objects.exclude(sent_at=None).exclude(recipient=None)
    for message in sent.select_related("recipient"):
        calendar = recipients.calendars_of(
            [message.recipient], policy=policy_store.current(), now=message.sent_at
        )[message.recipient.pk]
        assert calendar.is_open(message.sent_at)
