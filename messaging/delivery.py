"""Sending what the outbox holds, each message by one process at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, OperationalError, transaction

from core.errors import DomainError
from core.prepared import among
from messaging import chat, composing, mail, operations, retries, routing
from messaging.models import Message, Route, SendingPause

log = logging.getLogger("nevertwice.messaging")

# How long a message that was given to a worker is left to it. A lost task costs this much.
LEASE = timedelta(minutes=10)
_LONGEST_SUBJECT = 300


class Outcome(StrEnum):
    """The result of an attempt to send a message."""

    SENT = "sent"
    DROPPED = "dropped"
    FAILED = "failed"
    NEXT_CHANNEL = "next channel"
    POSTPONED = "postponed"
    TAKEN = "taken"


@dataclass
class _Round:
    """State shared by the messages of one round: the connection to the mail server, and whether it
    was unreachable, so that only one message waits for the time-out."""

    connection: BaseEmailBackend
    is_mail_away: bool = False


def is_paused() -> bool:
    """Return whether sending is paused, as it is after a restore."""
    return SendingPause.objects.active().exists()


def due(now: datetime) -> list[int]:
    """Keys of messages that may be sent `now`, the oldest first; none while sending is paused.

    Those that failed are among them once their pause is over.
    """
    if is_paused():
        return []
    return list(Message.objects.due(now).values_list("pk", flat=True))


def lease(now: datetime) -> list[int]:
    """The same, each given to one caller only and, unless it is sent, to another one later."""
    if is_paused():
        return []
    with transaction.atomic():
        waiting = Message.objects.due(now).select_for_update(skip_locked=True)
        keys = list(waiting.values_list("pk", flat=True))
        Message.objects.filter(among("id", keys)).update(not_before=now + LEASE)
    return keys


def deliver(keys: Iterable[int], *, clock: Callable[[], datetime]) -> dict[int, Outcome]:
    """Send the messages with these keys, over one connection to the mail server.

    One that another process is sending, or has sent, is left to it. One that fails is kept for a
    later tick, with the reason, and does not keep the others. A process that dies after the mail
    server took a message and before that was written down leaves it to be sent again, under the
    same Message-ID. Nothing is sent while sending is paused. Raises only what the database raises
    when it cannot be reached.
    """
    if is_paused():
        return {}
    current = _Round(get_connection())
    outcomes = {}
    try:
        for key in keys:
            outcomes[key] = _deliver_one(key, current, clock())
            while outcomes[key] == Outcome.NEXT_CHANNEL:
                outcomes[key] = _deliver_one(key, current, clock())
    finally:
        _close(current.connection)
    return outcomes


def _deliver_one(key: int, current: _Round, now: datetime) -> Outcome:
    try:
        with transaction.atomic():
            return _send(key, current, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # one broken message must not keep the others
        log.warning("Message %s was not sent: %s", key, error, exc_info=not _is_expected(error))
        _close(current.connection)  # the next one starts with a new connection
        current.is_mail_away = current.is_mail_away or isinstance(error, mail.ServerAway)
        return _record_failure(key, error, now)


def _send(key: int, current: _Round, now: datetime) -> Outcome:
    """Send one message, holding its row, so that nobody else sends it meanwhile."""
    held = _hold(key)
    if held is None:
        return Outcome.TAKEN
    if until := composing.postponed_until(held, now):
        held.not_before = until
        held.save(update_fields=["not_before"])
        return Outcome.POSTPONED
    letter = composing.compose(held, now)
    if held.route == Route.MAIL and not mail.addresses(held):
        held.route = Route.INBOX  # the address was taken away meanwhile
    if letter is None or (held.route == Route.INBOX and held.recipient is None):
        held.dropped_at = now
        held.save(update_fields=["dropped_at"])
        return Outcome.DROPPED
    _carry(held, letter, current, now)
    held.attempts += 1
    held.sent_at, held.last_error = now, ""
    held.subject = letter.subject[:_LONGEST_SUBJECT]
    held.save(update_fields=["attempts", "sent_at", "subject", "last_error", "route"])
    operations.arrived(held, at=now)
    return Outcome.SENT


def _carry(message: Message, letter: composing.Letter, current: _Round, now: datetime) -> None:
    """Bring the letter to its recipient by the message's route; the inbox needs no bringing."""
    if message.route == Route.MAIL:
        if current.is_mail_away:
            raise mail.ServerAway("The mail server could not be reached a moment ago.")
        mail.send(message, letter, current.connection)
    elif message.route == Route.CHAT:
        if message.channel is None or not message.channel.is_active:
            raise chat.ChannelFailed("The channel was removed or is off.", is_permanent=True)
        chat.send(message.channel, letter)
        operations.note_success(message.channel, at=now)


def _hold(key: int) -> Message | None:
    return (
        Message.objects.waiting()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("recipient", "team__lead", "channel", "instead_of__channel")
        .filter(pk=key)
        .first()
    )


def _record_failure(key: int, error: Exception, now: datetime) -> Outcome:
    """Keep the reason, and have the message tried again: at once by another channel that did not
    have its turn, else later; or give it up."""
    with transaction.atomic():
        held = _hold(key)
        if held is None:
            return Outcome.TAKEN
        held.attempts += 1
        held.last_error = reason_of(error)
        if held.route == Route.CHAT and isinstance(error, chat.TROUBLES):
            outcome = _record_channel_failure(held, error, now)
        else:
            outcome = Outcome.FAILED
            if _is_hopeless(held, error, now):
                _give_up(held, now)
            else:
                held.not_before = now + retries.pause_after(held.attempts)
        held.save(
            update_fields=[
                *("attempts", "last_error", "not_before", "failed_at"),
                *("channel", "channel_tries"),
            ]
        )
        return outcome


def _record_channel_failure(held: Message, error: Exception, now: datetime) -> Outcome:
    """Choose the channel that is tried next, and when; give the message up where each has had its
    attempts."""
    failed = held.channel
    if failed is not None:
        held.count_try(failed)
        gone = chat.is_permanent(error)
        operations.note_failure(failed, held.last_error, at=now, is_permanent=gone)
    following = routing.next_channel(held, most_tries=retries.CHAT_ATTEMPTS)
    if following is None:
        _give_up(held, now)
        return Outcome.FAILED
    held.channel = following
    rounds = max(held.channel_tries.values(), default=0)
    if following != failed and held.tries_of(following) < max(rounds, 1):
        held.not_before = now
        return Outcome.NEXT_CHANNEL
    held.not_before = now + retries.pause_after(rounds)
    return Outcome.FAILED


def reason_of(error: Exception) -> str:
    """Return why a message was not sent, for administrators: a sentence of ours, or the error."""
    told = str(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
    return told[:2000]


def _is_hopeless(message: Message, error: Exception, now: datetime) -> bool:
    return retries.is_hopeless(
        message.attempts,
        by_chat=message.route == Route.CHAT,
        is_permanent=mail.is_permanent(error) or chat.is_permanent(error),
        tried_since=message.written_at,
        now=now,
    )


def _give_up(message: Message, now: datetime) -> None:
    """A chat that cannot be reached is replaced by a mail, once; a mail is left in the inbox."""
    message.failed_at = now
    if message.route == Route.CHAT:
        operations.write_instead(
            message,
            way=routing.without_chat(message.recipient),
            key=f"{message.key}:instead",
            at=now,
        )
    else:
        operations.arrived(message, at=now)


def _is_expected(error: Exception) -> bool:
    """Servers that are away, refuse, or do not like an address are part of life."""
    return isinstance(error, OSError | ValueError | DomainError)


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError as error:
        log.info("The mail server’s connection was gone already: %s", error)
