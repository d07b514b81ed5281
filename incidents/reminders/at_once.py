"""What is too urgent to wait for a digest: an action item of high priority, given to somebody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Team, User
from incidents.models import ActionItem, LedgerEntry
from incidents.reminders import ledger, people, saved
from incidents.reminders.calendars import Calendar
from incidents.reminders.claims import claims_of
from incidents.reminders.keys import among
from incidents.reminders.news import News, news
from incidents.reminders.policy import ASSIGNED, Policy
from messaging.operations import Draft

TOPIC = "assigned"
GRACE = timedelta(minutes=2)  # for whoever gave it to the wrong person
_WITHIN = timedelta(days=7)  # by then a digest has come


class _Given(NamedTuple):
    pk: int
    owner_id: int | None
    owner_team_id: int | None
    given_at: datetime


def write_due(now: datetime) -> list[int]:
    """Write a message for everybody to whom something urgent was given, who works today and whose
    hour has come; return the keys of the messages.

    Several items are one message. Writing again, or twice at the same time, changes nothing: what
    is written here is in the ledger, and no digest says it again. Takes one query where nothing
    was given.
    """
    policy = saved.current()
    given = _given(policy, now)
    written: list[int] = []
    if given:
        for batch in people.in_batches(_answering(given.values())):
            written += _write_batch(batch, given, policy, now)
    return written


def _given(policy: Policy, now: datetime) -> dict[int, _Given]:
    """What was given lately and is urgent, by its key; what its owner was told of already not."""
    told = LedgerEntry.objects.filter(
        action_item=OuterRef("pk"),
        step=ASSIGNED,
        recipient=OuterRef("owner"),
        message__written_at__gte=OuterRef("given_at"),
    )
    items = ActionItem.objects.open().filter(
        given_at__range=(now - _WITHIN, now - GRACE), priority__in=policy.at_once
    )
    rows = items.exclude(Exists(told)).order_by().values_list(*_Given._fields)
    return {row[0]: _Given(*row) for row in rows}


def _answering(given: Iterable[_Given]) -> QuerySet[User]:
    """Who may answer for these: their owners, and whoever is in a team that owns one, or leads
    it."""
    rows = list(given)
    owners = {row.owner_id for row in rows if row.owner_id}
    teams = {row.owner_team_id for row in rows if row.owner_team_id}
    members = Team.members.through.objects.filter(team__in=teams).values("user")
    leads = Team.objects.filter(pk__in=teams).values("lead")
    return people.reminded().filter(Q(pk__in=among(owners)) | Q(pk__in=members) | Q(pk__in=leads))


def _write_batch(
    batch: list[User], given: dict[int, _Given], policy: Policy, now: datetime
) -> list[int]:
    calendars = people.calendars_of(batch, policy=policy, now=now)
    claims = claims_of(batch, until=now.date(), now=now)
    told = ledger.told_to(batch, claims, {})
    found = {}
    for person in batch:
        calendar = calendars[person.pk]
        urgent = [
            claim
            for claim in claims.get(person.pk, [])
            if claim.item in given and calendar.is_to_hear_now(given[claim.item].given_at, now)
        ]
        morning = calendar.morning_of(calendar.local_day(now))
        due = news(urgent, [], morning, policy=policy, told=told[person.pk])
        items = [(claim, step) for claim, step in due.items if step.step == ASSIGNED]
        if items:
            found[person] = News(items, [])
    return ledger.write(
        found, [_draft(p, due, calendars[p.pk], now) for p, due in found.items()], now
    )


def _draft(person: User, due: News, calendar: Calendar, now: datetime) -> Draft:
    day, first = calendar.local_day(now), min(claim.item for claim, _ in due.items)
    return Draft(f"{TOPIC}:{day}:user-{person.pk}:item-{first}", TOPIC, day, person)
