"""The inbox: what has come, and what was opened."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from accounts.models import User
from messaging import composing
from messaging.models import Message


def arrived(message: Message, *, at: datetime) -> None:
    """Add the message to its recipient's inbox, in place of those that it replaces.

    Belongs in the transaction in which the message is marked as sent or given up.
    """
    if message.recipient is None:
        return
    replaced = 0
    if composing.topic_named(message.topic).replaces_earlier:
        earlier = Message.objects.inbox_of(message.recipient).unread().exclude(pk=message.pk)
        replaced = earlier.filter(thread=message.thread).update(read_at=at)
    _count(message.recipient, 1 - replaced)


@transaction.atomic
def read(message: Message, *, by: User, at: datetime) -> None:
    """`by` has opened this message. Opening it again, or somebody else’s, changes nothing."""
    _count(by, -Message.objects.inbox_of(by).unread().filter(pk=message.pk).update(read_at=at))


@transaction.atomic
def read_all(*, by: User, at: datetime) -> int:
    """`by` has seen all there is in their inbox; how many of them were new."""
    opened = Message.objects.inbox_of(by).unread().update(read_at=at)
    User.objects.filter(pk=by.pk).exclude(unread=0).update(unread=0)
    return opened


def _count(person: User, more: int) -> None:
    if more:
        counted = Greatest(F("unread") + more, 0)
        User.objects.filter(pk=person.pk).update(unread=counted)
