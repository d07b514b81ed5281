"""The outbox: what is to be said, written down before it is sent."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import Team, User
from core.errors import DomainError
from messaging.models import Message
from messaging.routing import Way, Ways

BATCH = 1000


class AlreadyOnItsWay(DomainError):
    """A message that has not been sent yet cannot be sent again."""


@dataclass(frozen=True)
class Draft:
    """A message to be written: to a person or to a team, one of the two."""

    key: str
    topic: str
    day: date
    recipient: User | None = None
    team: Team | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    not_before: datetime | None = None


def write(
    *,
    key: str,
    topic: str,
    day: date,
    at: datetime,
    recipient: User | None = None,
    team: Team | None = None,
    about: Mapping[str, Any] | None = None,
    not_before: datetime | None = None,
) -> Message | None:
    """Put one message into the outbox, to be sent from `not_before` on, else at once.

    None where there is one with this key already. Its way is the one that its recipient chose.
    """
    draft = Draft(key, topic, day, recipient, team, about or {}, not_before)
    return next(iter(write_many([draft], at=at)), None)


@transaction.atomic
def write_many(drafts: Iterable[Draft], *, at: datetime) -> list[Message]:
    """Put messages into the outbox, and return those that were not there already.

    Takes a fixed number of queries for each thousand.
    """
    wanted = list(drafts)
    written: list[Message] = []
    for start in range(0, len(wanted), BATCH):
        written += _write_batch(wanted[start : start + BATCH], at)
    return written


def _write_batch(drafts: list[Draft], at: datetime) -> list[Message]:
    ways = Ways([draft.recipient for draft in drafts], [draft.team for draft in drafts])
    made = [_message(draft, ways, at) for draft in drafts]
    Message.objects.bulk_create(made, ignore_conflicts=True)
    # The Message-IDs are new, so those that are found are ours.
    keys = dict(
        Message.objects.filter(message_id__in=[message.message_id for message in made]).values_list(
            "message_id", "pk"
        )
    )
    for message in made:
        message.pk = keys.get(message.message_id)
    return [message for message in made if message.pk]


def _message(draft: Draft, ways: Ways, at: datetime) -> Message:
    way = ways.to(draft.recipient, draft.team)
    to = draft.recipient or draft.team
    whom = f"{to._meta.model_name}-{to.pk}" if to else ""
    return Message(
        key=draft.key,
        topic=draft.topic,
        about=dict(draft.about),
        recipient=draft.recipient,
        team=draft.team,
        route=way.route,
        channel=way.channel,
        message_id=new_message_id(draft.topic, draft.day),
        thread=f"<{draft.topic}.{whom}@{_host()}>",
        day=draft.day,
        written_at=at,
        not_before=draft.not_before or at,
    )


def new_message_id(topic: str, day: date) -> str:
    return f"<{topic}.{day:%Y%m%d}.{uuid.uuid4().hex}@{_host()}>"


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def write_instead(
    message: Message, *, way: Way, key: str, at: datetime, by: User | None = None
) -> Message | None:
    """Put a message that says the same as `message` into the outbox, to go another way.

    None where there is one with this key already. `by` is who asked for it, if anybody did.
    """
    made, is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            "topic": message.topic,
            "about": message.about,
            "recipient": message.recipient,
            "team": message.team,
            "route": way.route,
            "channel": way.channel,
            "message_id": new_message_id(message.topic, message.day),
            "thread": message.thread,
            "day": message.day,
            "written_at": at,
            "not_before": at,
            "instead_of": message.original,
            "requested_by": by,
        },
    )
    return made if is_new else None


@transaction.atomic
def send_again(message: Message, *, by: User, at: datetime) -> Message:
    """Put what `message` says into the outbox once more, by the way that its recipient uses now.

    It is a message of its own, with a Message-ID of its own, and names `by` as who asked for it.
    Raises AlreadyOnItsWay while the message, or one that stands for it, still waits.
    """
    original = Message.objects.select_for_update(of=("self",)).get(pk=message.original.pk)
    substitutes = Message.objects.filter(instead_of=original)
    waiting = Message.objects.waiting()
    if waiting.filter(Q(pk=original.pk) | Q(instead_of=original)).exists():
        raise AlreadyOnItsWay("This message is already being sent.")
    ways = Ways([original.recipient], [original.team])
    way = ways.to(original.recipient, original.team)
    key = f"{original.key}:again-{substitutes.count() + 1}"
    again = write_instead(original, way=way, key=key, at=at, by=by)
    if again is None:
        raise AlreadyOnItsWay("This message is already being sent.")
    return again
