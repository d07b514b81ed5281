"""Many at once: each message is sent by one of them, once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from messaging import delivery, operations
from messaging.delivery import Outcome
from messaging.models import Message
from tests.factories import NOON, UserFactory

PEOPLE, WORKERS = 30, 8

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(call):
    """What `call()` gives in eight threads at the same time."""

    def one(_):
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, range(WORKERS)))


def drafts():
    return [
        operations.Draft(f"note:{n}", "note", NOON.date(), recipient=UserFactory())
        for n in range(PEOPLE)
    ]


def test_eight_that_write_the_same_write_it_once():
    wanted = drafts()

    written = at_once(lambda: len(operations.write_many(wanted, at=NOON)))

    assert sum(written) == PEOPLE == Message.objects.count()


def test_eight_that_ask_what_is_due_are_given_different_messages():
    operations.write_many(drafts(), at=NOON)

    given = [key for keys in at_once(lambda: delivery.lease(NOON)) for key in keys]

    assert sorted(given) == sorted(Message.objects.values_list("pk", flat=True))


def test_eight_that_send_the_same_send_each_once(mail_server):
    keys = [message.pk for message in operations.write_many(drafts(), at=NOON)]
    mail_server.delay = 0.01

    outcomes = at_once(lambda: delivery.deliver(keys, clock=lambda: NOON))

    sent = [key for done in outcomes for key, outcome in done.items() if outcome == Outcome.SENT]
    assert sorted(sent) == sorted(keys)
    assert set(Counter(mail["To"] for mail in mail_server.taken).values()) == {1}
    assert len(mail_server.taken) == PEOPLE
    assert not Message.objects.exclude(recipient__unread=1).exists()
