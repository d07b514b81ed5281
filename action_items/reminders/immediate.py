"""Messages too urgent to wait for a digest: newly assigned action items of high priority."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Team, User
from action_items.models import LedgerEntry
from action_items.reminders import ledger, policy_store, recipients
from action_items.reminders.calendars import Calendar
from action_items.reminders.candidates import Candidate, candidates_of
from action_items.reminders.policy import Policy
from action_items.reminders.schedule import DueReminders, SentSteps, due_reminders
from action_items.steps import ASSIGNED
from core.prepared import among
from incidents.models import ActionItem
from messaging.operations import Draft

TOPIC = ASSIGNED
GRACE = timedelta(minutes=2)  # in which a wrong assignment can be corrected
WITHIN = timedelta(days=7)  # by then a digest has been sent


class NewAssignment(NamedTuple):
    """An urgent action item, its owner, and when it was assigned."""

    pk: int
    owner_id: int | None
    owner_team_id: int | None
    given_at: datetime


def write_due(now: datetime) -> list[int]:
    """Write one message for each person with urgent new items whose morning it is; return the
    messages' keys.

    This happens on any working day. Writing again, or twice at the same time, changes nothing: the
    ledger records it, and no digest repeats it. One query if there is nothing to tell.
    """
    policy = policy_store.current()
    given = given_lately(policy, now - GRACE)
    written: list[int] = []
    if given:
        for batch in recipients.in_batches(_answering(given.values())):
            written += _write_batch(batch, given, policy, now)
    return written


def given_lately(policy: Policy, until: datetime) -> dict[int, NewAssignment]:
    """Return urgent action items assigned recently, up to `until`, by key.

    Items already announced to their owner are left out.
    """
    sent = LedgerEntry.objects.filter(
        action_item=OuterRef("pk"),
        step=ASSIGNED,
        recipient=OuterRef("owner"),
        message__written_at__gte=OuterRef("given_at"),
    )
    items = ActionItem.objects.open().filter(
        given_at__range=(until - WITHIN, until), priority__in=policy.at_once
    )
    rows = items.exclude(Exists(sent)).order_by().values_list(*NewAssignment._fields)
    return {row[0]: NewAssignment(*row) for row in rows}


def _answering(given: Iterable[NewAssignment]) -> QuerySet[User]:
    """Return the people who may be responsible: owners, and members and leads of owning teams."""
    rows = list(given)
    owners = {row.owner_id for row in rows if row.owner_id}
    teams = {row.owner_team_id for row in rows if row.owner_team_id}
    members = Team.members.through.objects.filter(team__in=teams).values("user")
    leads = Team.objects.filter(pk__in=teams).values("lead")
    return recipients.reminded().filter(
        Q(among("pk", list(owners))) | Q(pk__in=members) | Q(pk__in=leads)
    )


def _write_batch(
    batch: list[User], given: dict[int, NewAssignment], policy: Policy, now: datetime
) -> list[int]:
    calendars = recipients.calendars_of(batch, policy=policy, now=now)
    candidates = candidates_of(batch, until=now.date(), now=now)
    sent = ledger.sent_to(batch, candidates, {})
    found = {}
    for person in batch:
        own, calendar = candidates.get(person.pk, []), calendars[person.pk]
        due = urgent_reminders(own, given, calendar, policy=policy, sent=sent[person.pk], now=now)
        if due:
            found[person] = due
    return ledger.write(
        found, [_draft(p, due, calendars[p.pk], now) for p, due in found.items()], now
    )


def urgent_reminders(
    candidates: Iterable[Candidate],
    given: Mapping[int, NewAssignment],
    calendar: Calendar,
    *,
    policy: Policy,
    sent: SentSteps,
    now: datetime,
) -> DueReminders:
    """Return the reminders that must be sent `now` to a person with these candidates, without a
    digest.
    """
    urgent = [
        candidate
        for candidate in candidates
        if candidate.item in given and calendar.is_to_hear_now(given[candidate.item].given_at, now)
    ]
    if not urgent:
        return DueReminders([], [])
    morning = calendar.morning_of(calendar.local_day(now))
    due = due_reminders(urgent, [], morning, policy=policy, sent=sent)
    return DueReminders(
        [(candidate, step) for candidate, step in due.items if step.step == ASSIGNED], []
    )


def _draft(person: User, due: DueReminders, calendar: Calendar, now: datetime) -> Draft:
    day, first = calendar.local_day(now), min(candidate.item for candidate, _ in due.items)
    return Draft(f"{TOPIC}:{day}:user-{person.pk}:item-{first}", TOPIC, day, person)
