"""What is to be sent, written down before it is sent: this is what makes “once” true."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from incidents.models import ActionItem, Digest, LedgerEntry
from incidents.reminders import policy, recipients

BATCH = 200


class Firing(NamedTuple):
    """That a step is due for an item."""

    item: ActionItem
    due_on: date
    step: policy.Step


def write_due(now: datetime) -> list[Digest]:
    """Write a digest for everybody whose morning it is and for whom a step of the policy is due.

    Nothing is sent here. Writing again, or twice at the same time, changes nothing: one digest a
    person and day, one ledger entry a step, item, due date and person, as the database enforces.
    """
    return [digest for day, zones in _mornings(now) for digest in _write_day(day, zones, now)]


def unsent(now: datetime) -> list[int]:
    """Keys of digests that wait to be sent, of whatever day, the oldest first.

    Those that failed are among them once their pause is over.
    """
    waiting = Digest.objects.filter(sent_at=None, dropped_at=None).order_by("written_at", "pk")
    return [
        key
        for key, written_at, attempts in waiting.values_list("pk", "written_at", "attempts")
        if policy.next_attempt_at(written_at, attempts) <= now
    ]


def _mornings(now: datetime) -> list[tuple[date, list[str]]]:
    """The local days on which digests may go out now, each with the time zones that have it."""
    found: dict[date, list[str]] = defaultdict(list)
    zones = recipients.reminded().order_by().values_list("time_zone", flat=True).distinct()
    for name in zones:
        zone = policy.zone_named(name)
        if policy.is_due_moment(now, zone):
            found[now.astimezone(zone).date()].append(name)
    return sorted(found.items())


def _write_day(day: date, zones: list[str], now: datetime) -> Iterator[Digest]:
    until = day + policy.LOOK_AHEAD
    written = Digest.objects.filter(recipient=OuterRef("pk"), day=day)
    people = recipients.reminded().filter(~Exists(written), time_zone__in=zones)
    waiting = recipients.with_something_due(people, until=until).order_by("pk")
    keys = iter(list(waiting.values_list("pk", flat=True)))
    while batch := list(islice(keys, BATCH)):
        persons = list(User.objects.filter(pk__in=batch))
        items = recipients.answered_for(persons, until=until)
        taken = _steps_taken(persons, items)
        for person in persons:
            firing = _firing(person, items.get(person.pk, []), taken, day)
            if firing and (digest := _write(person, day, firing, now)):
                yield digest


def _steps_taken(
    people: list[User], items: dict[int, list[ActionItem]]
) -> dict[tuple[int, int, date], list[str]]:
    """By person, item and due date, the names of the steps taken already."""
    taken: dict[tuple[int, int, date], list[str]] = defaultdict(list)
    entries = LedgerEntry.objects.filter(
        recipient__in=people,
        action_item__in={item.pk for owned in items.values() for item in owned},
    )
    for person, item, due_on, step in entries.values_list(
        "recipient_id", "action_item_id", "due_on", "step"
    ):
        taken[person, item, due_on].append(step)
    return taken


def _firing(
    person: User,
    items: list[ActionItem],
    taken: dict[tuple[int, int, date], list[str]],
    day: date,
) -> list[Firing]:
    firing = []
    for item in items:
        if item.due_on is None:
            continue
        step = policy.step_for(item.due_on, day)
        if step and policy.comes_after(step, taken.get((person.pk, item.pk, item.due_on), [])):
            firing.append(Firing(item, item.due_on, step))
    return firing


def _write(person: User, day: date, firing: list[Firing], now: datetime) -> Digest | None:
    """The digest and its entries, in one transaction.

    None where nothing of it may be seen, or where another process wrote it first.
    """
    keys = [due.item.pk for due in firing]
    seen = set(
        ActionItem.objects.visible_to(person).filter(pk__in=keys).values_list("pk", flat=True)
    )
    if not seen:
        return None
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    try:
        with transaction.atomic():
            digest = Digest.objects.create(
                recipient=person,
                day=day,
                message_id=f"<digest.{day:%Y%m%d}.{uuid.uuid4().hex}@{host}>",
                written_at=now,
            )
            LedgerEntry.objects.bulk_create(
                LedgerEntry(
                    action_item=due.item,
                    step=due.step,
                    due_on=due.due_on,
                    recipient=person,
                    digest=digest,
                )
                for due in firing
                if due.item.pk in seen
            )
    except IntegrityError:
        return None
    return digest
