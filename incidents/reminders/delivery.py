"""Sending what the ledger holds, each digest by one process at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from incidents.models import Digest
from incidents.reminders import channels, digest

log = logging.getLogger("nevertwice.reminders")


class Outcome(StrEnum):
    """What became of one digest."""

    SENT = "sent"
    DROPPED = "dropped"
    FAILED = "failed"
    TAKEN = "taken"


def deliver(keys: Iterable[int], *, clock: Callable[[], datetime]) -> dict[int, Outcome]:
    """Send the digests with these keys, over one connection to the mail server.

    One that another process is sending, or has sent, is left to it. One that fails is kept for a
    later tick, with the reason, and does not keep the others. A process that dies after the mail
    server took a digest and before that was written down leaves it to be sent again, under the
    same Message-ID. Raises only what the database raises when it cannot be reached.
    """
    connection = get_connection()
    outcomes = {}
    try:
        for key in keys:
            outcomes[key] = _deliver_one(key, connection, clock())
    finally:
        _close(connection)
    return outcomes


def _deliver_one(key: int, connection: BaseEmailBackend, now: datetime) -> Outcome:
    try:
        with transaction.atomic():
            return _send(key, connection, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # one broken digest must not keep the others
        log.warning("Digest %s was not sent: %s", key, error, exc_info=not _is_expected(error))
        _close(connection)  # the next one starts with a new connection
        Digest.objects.filter(pk=key, sent_at=None).update(
            attempts=F("attempts") + 1, last_error=f"{type(error).__name__}: {error}"[:2000]
        )
        return Outcome.FAILED


def _send(key: int, connection: BaseEmailBackend, now: datetime) -> Outcome:
    """Send one digest, holding its row, so that nobody else sends it meanwhile."""
    held = (
        Digest.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("recipient")
        .filter(pk=key, sent_at=None, dropped_at=None)
        .first()
    )
    if held is None:
        return Outcome.TAKEN
    letter = digest.compose(held, now=now)
    if letter is None:
        held.dropped_at = now
        held.save(update_fields=["dropped_at"])
        return Outcome.DROPPED
    channels.send_mail(letter, connection)
    held.attempts += 1
    held.sent_at, held.last_error = now, ""
    held.save(update_fields=["attempts", "sent_at", "last_error"])
    return Outcome.SENT


def _is_expected(error: Exception) -> bool:
    """Mail servers that are away, refuse, or do not like an address are part of life."""
    return isinstance(error, OSError | ValueError)


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError as error:
        log.info("The mail server’s connection was gone already: %s", error)
