"""Somebody with several channels: each has its attempts before a mail goes instead."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from messaging import delivery, operations
from messaging.delivery import Outcome
from messaging.models import Message
from messaging.outcomes import outcome_of, why_by_mail
from tests.factories import NOON

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ana(ana):
    ana.digest_by = "chat"
    ana.save()
    return ana


@pytest.fixture
def add_channels(ana, receiver):
    """`add_channels(3)` gives Ana rooms at the paths /0, /1 and /2 of the receiver."""

    def add(count: int) -> None:
        for number in range(count):
            operations.add_channel(
                kind="webhook",
                name=f"Room {number}",
                address=f"{receiver.url}/{number}",
                by=ana,
                at=NOON,
            )

    return add


def write(person) -> Message:
    return operations.write(key="note", topic="note", day=NOON.date(), at=NOON, recipient=person)


def tick(after: timedelta = timedelta()) -> list[Outcome]:
    now = NOON + after
    return list(delivery.deliver(delivery.due(now), clock=lambda: now).values())


def test_where_one_channel_fails_the_next_one_takes_the_message_at_once(
    ana, receiver, add_channels, mailoutbox
):
    add_channels(3)
    receiver.status_at = {"/0": 500, "/1": 410}
    message = write(ana)

    assert tick() == [Outcome.SENT]

    message.refresh_from_db()
    assert [posted.path for posted in receiver.posted] == ["/0", "/1", "/2"]
    assert message.channel.name == "Room 2"
    assert mailoutbox == []


def test_of_five_channels_each_is_tried_six_times_within_half_an_hour(
    ana, receiver, add_channels, mailoutbox
):
    add_channels(5)
    receiver.status = 503
    message = write(ana)

    for minutes in range(60):
        tick(minutes * MINUTE)

    message.refresh_from_db()
    assert Counter(posted.path for posted in receiver.posted) == {f"/{n}": 6 for n in range(5)}
    first_round = [posted.path for posted in receiver.posted[:5]]
    assert sorted(first_round) == [f"/{n}" for n in range(5)]
    assert (message.state, message.failed_at) == ("failed", NOON + 31 * MINUTE)
    [mail] = mailoutbox
    assert mail.to == ["ana@example.com"]


def test_a_channel_that_recovers_takes_what_the_others_did_not(
    ana, receiver, add_channels, mailoutbox
):
    add_channels(2)
    receiver.status = 503
    write(ana)
    assert tick() == [Outcome.FAILED]
    receiver.status_at = {"/1": 200}

    assert tick(MINUTE) == [Outcome.SENT]
    assert mailoutbox == []


def test_with_every_channel_gone_a_mail_goes_at_once(ana, receiver, add_channels, mailoutbox):
    add_channels(3)
    receiver.status = 404
    write(ana)

    assert tick() == [Outcome.FAILED]
    assert tick() == [Outcome.SENT]
    assert len(receiver.posted) == 3
    assert len(mailoutbox) == 1


def test_a_channel_that_was_added_meanwhile_is_tried_too_and_the_tries_end(
    ana, receiver, add_channels, mailoutbox
):
    add_channels(1)
    receiver.status = 503
    write(ana)
    for minutes in range(10):
        tick(minutes * MINUTE)
    add_channels(1)

    for minutes in range(10, 240):
        tick(minutes * MINUTE)

    assert len(receiver.posted) == 12
    assert len(mailoutbox) == 1


def test_what_became_of_it_is_said_at_each_stage(ana, receiver, add_channels):
    add_channels(2)
    receiver.status = 503
    message = write(ana)

    def said() -> tuple[str, object]:
        message.refresh_from_db()
        found = outcome_of(message, message.substitutes.order_by("pk"))
        return found.words, found.at

    assert said() == ("on its way by chat", None)
    tick()
    assert said() == ("on its way by chat, failed 2 times so far", None)
    for minutes in range(1, 32):
        tick(minutes * MINUTE)
    assert said() == ("chat failed, on its way by e-mail", None)
    tick(32 * MINUTE)
    assert said() == ("chat failed, sent by e-mail instead", NOON + 32 * MINUTE)


def test_the_mail_says_why_it_came_by_mail(ana, receiver, add_channels):
    add_channels(1)
    receiver.status = 503
    message = write(ana)
    for minutes in range(40):
        tick(minutes * MINUTE)

    assert why_by_mail(message) == ""
    assert why_by_mail(Message.objects.get(instead_of=message)) == (
        "This came by e-mail because the channel “Room 0” did not take it. "
        "The service has a problem (it answered 503)."
    )


def test_the_mail_for_several_channels_says_that_none_took_it(ana, receiver, add_channels):
    add_channels(2)
    receiver.status = 404
    message = write(ana)
    tick()

    assert why_by_mail(Message.objects.get(instead_of=message)) == (
        "This came by e-mail because none of 2 channels took it. "
        "The address is gone (it answered 404). Create a new one."
    )


def test_what_an_administrator_has_sent_again_is_no_replacement(ana, omar, mailoutbox):
    ana.digest_by = "mail"
    ana.save()
    message = write(ana)
    tick()
    again = operations.send_again(message, by=omar, at=NOON)

    message.refresh_from_db()
    assert why_by_mail(again) == ""
    assert outcome_of(message, [again]).words == "sent by e-mail"
