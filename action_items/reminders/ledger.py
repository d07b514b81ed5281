"""Messages to send, recorded before they are sent, so that each reminder is sent once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from action_items.models import LedgerEntry, PostmortemReminder, ReminderRun
from action_items.reminders import policy_store, recipients, sending_hours, summary
from action_items.reminders.calendars import Morning
from action_items.reminders.candidates import Candidate, candidates_of
from action_items.reminders.policy import Policy
from action_items.reminders.postmortems import PendingPostmortem, pending_postmortems
from action_items.reminders.schedule import DueReminders, SentSteps, due_reminders
from core.prepared import among
from messaging import operations
from messaging.models import Message
from messaging.operations import Draft

TOPIC = sending_hours.DIGEST
_ROWS = 2000


def write_due(now: datetime) -> list[int]:
    """Write all digests and team summaries that are due; return the messages' keys.

    A digest is due for everyone whose morning it is and who has a step of the policy due, a summary
    for each team whose day it is. Nothing is sent here. Writing again, or twice at the same time,
    changes nothing: the database enforces one digest per person and day, and one ledger entry per
    step, item, due date and person.
    """
    policy = policy_store.current()
    batches = recipients.in_batches(recipients.reminded())
    digests = [key for batch in batches for key in _write_batch(batch, policy, now)]
    summaries = summary.write_due(policy=policy, now=now)
    ReminderRun.objects.note(now)
    return [*digests, *summaries]


def _write_batch(batch: list[User], policy: Policy, now: datetime) -> list[int]:
    mornings = _mornings(batch, policy, now)
    awake = [person for person in batch if person.pk in mornings]
    if not awake:
        return []
    _withdraw_late({person.pk: mornings[person.pk].day for person in awake}, now)
    candidates, waiting = facts_of(awake, mornings, policy=policy, now=now)
    sent = sent_to(awake, candidates, waiting)
    found = {
        person: due_reminders(
            candidates.get(person.pk, []),
            waiting.get(person.pk, []),
            mornings[person.pk],
            policy=policy,
            sent=sent[person.pk],
        )
        for person in awake
    }
    new = {person: due for person, due in found.items() if due}
    return write(new, [_draft(person, mornings[person.pk].day) for person in new], now)


def _mornings(batch: list[User], policy: Policy, now: datetime) -> dict[int, Morning]:
    """Return the mornings of the people whose morning it is and who have no digest in it yet."""
    found = {
        person: morning
        for person, calendar in recipients.calendars_of(batch, policy=policy, now=now).items()
        if (morning := calendar.morning(now))
    }
    keys = {_key(morning.day, person): person for person, morning in found.items()}
    written = Message.objects.filter(key__in=keys).values_list("key", flat=True)
    had_one = {keys[key] for key in written}
    return {person: morning for person, morning in found.items() if person not in had_one}


@transaction.atomic
def _withdraw_late(days: Mapping[int, date], now: datetime) -> None:
    """Drop unsent messages to these people from days before `days`, which gives today for each.

    Today's digest repeats their contents as of today. Messages that are being sent are left alone.
    """
    waiting = sending_hours.late(Message.objects.waiting().filter(among("recipient", list(days))))
    held = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("instead_of")
    late = [each for each in held if each.day < days[each.recipient_id or 0]]
    if late:
        announced = {each.original.pk for each in late}
        LedgerEntry.objects.filter(message__in=announced).delete()
        PostmortemReminder.objects.filter(message__in=announced).delete()
        Message.objects.filter(pk__in=[each.pk for each in late]).update(dropped_at=now)


def _key(day: date, person: int) -> str:
    return f"{TOPIC}:{day}:user-{person}"


def _draft(person: User, day: date) -> Draft:
    return Draft(_key(day, person.pk), TOPIC, day, person)


def facts_of(
    persons: list[User], mornings: Mapping[int, Morning], *, policy: Policy, now: datetime
) -> tuple[dict[int, list[Candidate]], dict[int, list[PendingPostmortem]]]:
    """Return, by user key, the items and postmortems that may be mentioned in these mornings."""
    until = max(mornings[person.pk].horizon(policy.due_soon) for person in persons)
    return candidates_of(persons, until=until, now=now), pending_postmortems(
        persons, policy=policy, now=now
    )


def sent_to(
    persons: list[User],
    candidates: Mapping[int, list[Candidate]],
    waiting: Mapping[int, list[PendingPostmortem]],
    *,
    but_by: Collection[int] = (),
) -> dict[int, SentSteps]:
    """Return, by user key, the steps already sent to them about these items and postmortems.

    Messages with the keys `but_by` are left out.
    """
    sent: dict[int, SentSteps] = defaultdict(SentSteps)
    items = {candidate.item for own in candidates.values() for candidate in own}
    entries = LedgerEntry.objects.filter(among("action_item", list(items)), recipient__in=persons)
    for person, item, since, step in (
        entries.exclude(message__in=but_by)
        .order_by()
        .values_list("recipient_id", "action_item_id", "due_on", "step")
    ):
        sent[person].items[item][since].append(step)
    incidents = {each.incident for own in waiting.values() for each in own}
    reminders = PostmortemReminder.objects.filter(
        among("incident", list(incidents)), recipient__in=persons
    )
    for person, incident, since, step in (
        reminders.exclude(message__in=but_by)
        .order_by()
        .values_list("recipient_id", "incident_id", "since_on", "step")
    ):
        sent[person].postmortems[incident][since].append(step)
    return sent


@transaction.atomic
def write(found: Mapping[User, DueReminders], drafts: Iterable[Draft], now: datetime) -> list[int]:
    """Write one message for each person, with the ledger entries `found` for them; return the
    messages' keys.

    Skips messages that another process already wrote.
    """
    written = operations.write_many(drafts, at=now)
    LedgerEntry.objects.bulk_create(
        _entries(written, found), ignore_conflicts=True, batch_size=_ROWS
    )
    PostmortemReminder.objects.bulk_create(
        _postmortem_reminders(written, found), ignore_conflicts=True, batch_size=_ROWS
    )
    return [message.pk for message in written]


def _entries(written: list[Message], found: Mapping[User, DueReminders]) -> Iterator[LedgerEntry]:
    for message in written:
        if message.recipient:
            for candidate, due in found[message.recipient].items:
                yield LedgerEntry(
                    action_item_id=candidate.item,
                    step=due.step,
                    due_on=due.since,
                    recipient=message.recipient,
                    message_id=message.pk,
                )


def _postmortem_reminders(
    written: list[Message], found: Mapping[User, DueReminders]
) -> Iterator[PostmortemReminder]:
    for message in written:
        if message.recipient:
            for waiting, due in found[message.recipient].postmortems:
                yield PostmortemReminder(
                    incident_id=waiting.incident,
                    step=due.step,
                    since_on=due.since,
                    recipient=message.recipient,
                    message_id=message.pk,
                )
