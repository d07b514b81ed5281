"""Messages as mail, to a server that is well or not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from messaging import delivery, operations
from messaging.delivery import Outcome
from messaging.models import Message
from tests.factories import NOON, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def write(person, key="note:1", **given) -> Message:
    return operations.write(
        key=key, topic="note", day=NOON.date(), at=NOON, recipient=person, **given
    )


def tick(now: datetime = NOON) -> list[Outcome]:
    return list(delivery.deliver(delivery.due(now), clock=lambda: now).values())


def test_a_mail_says_what_a_mail_program_needs(ana, mail_server):
    message = write(ana)

    assert tick() == [Outcome.SENT]

    [mail] = mail_server.taken
    assert mail["To"] == "ana@example.com"
    assert mail["Subject"] == "2 overdue"
    assert mail["Message-ID"] == message.message_id
    assert mail["References"] == mail["In-Reply-To"] == message.thread
    assert mail["List-Unsubscribe"] == "<https://nt.example.com/unsubscribe/token/>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.get_payload()] == ["text/plain", "text/html"]


def test_what_was_sent_is_not_sent_again(ana, mail_server):
    message = write(ana)
    tick()

    assert tick(NOON + MINUTE) == []
    assert delivery.deliver([message.pk], clock=lambda: NOON) == {message.pk: Outcome.TAKEN}
    assert len(mail_server.taken) == 1


def test_what_has_nothing_left_to_say_is_dropped(ana, mail_server):
    write(ana, about={"gone": True})

    assert tick() == [Outcome.DROPPED]
    assert Message.objects.get().state == "dropped"
    assert mail_server.taken == []


def test_what_is_for_later_waits(ana, mail_server):
    write(ana, not_before=NOON + MINUTE)

    assert tick() == []
    assert tick(NOON + MINUTE) == [Outcome.SENT]


@pytest.mark.parametrize(
    "trouble",
    [
        {"answer": "451 4.7.1 Greylisted, come back later"},
        {"to_recipients": "450 4.2.0 Greylisted"},
        {"answer": "421 closing"},
        {"dies": True},
        {"delay": 4.0},
    ],
    ids=["greylists", "greylists recipients", "closes", "dies", "is slow"],
)
def test_a_server_in_trouble_is_tried_again_a_minute_later(ana, mail_server, trouble):
    message = write(ana)
    for name, value in trouble.items():
        setattr(mail_server, name, value)

    assert tick() == [Outcome.FAILED]

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 1)
    assert message.last_error
    mail_server.answer, mail_server.to_recipients = "250 taken", ""
    mail_server.dies, mail_server.delay = False, 0
    assert tick(NOON + MINUTE / 2) == []
    assert tick(NOON + MINUTE) == [Outcome.SENT]
    assert {mail["Message-ID"] for mail in mail_server.taken} == {message.message_id}


@pytest.mark.parametrize(
    "refusal",
    [{"to_recipients": "550 5.1.1 No such user"}, {"answer": "554 5.7.1 Not wanted"}],
    ids=["recipient", "message"],
)
def test_what_is_refused_for_good_is_given_up_and_left_in_the_inbox(ana, mail_server, refusal):
    message = write(ana)
    for name, value in refusal.items():
        setattr(mail_server, name, value)

    assert tick() == [Outcome.FAILED]

    message.refresh_from_db()
    ana.refresh_from_db()
    assert (message.state, message.attempts) == ("failed", 1)
    assert tick(NOON + timedelta(days=1)) == []
    assert list(Message.objects.inbox_of(ana).unread()) == [message]
    assert ana.unread == 1


def test_one_bad_address_does_not_keep_the_others(ana, mail_server):
    write(UserFactory(email="a\nb@example.com"), key="1")
    write(ana, key="2")

    assert sorted(tick()) == [Outcome.FAILED, Outcome.SENT]


def test_an_absent_server_is_waited_for_once_a_round(ana, ben, rita, mail_server, settings):
    """Nobody answers at this address: each attempt there takes as long as the limit allows."""
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "192.0.2.1", 1
    for number, person in enumerate((ana, ben, rita)):
        write(person, key=str(number))

    assert tick() == [Outcome.FAILED] * 3

    reasons = Message.objects.order_by("pk").values_list("last_error", flat=True)
    assert ["a moment ago" in reason for reason in reasons] == [False, True, True]


def test_who_lost_the_address_meanwhile_finds_it_in_the_inbox(ana, mail_server):
    message = write(ana)
    ana.email = ""
    ana.save()

    assert tick() == [Outcome.SENT]
    message.refresh_from_db()
    assert message.route == "inbox"


def test_a_mail_to_a_team_of_nobody_is_dropped(mail_server):
    operations.write(key="1", topic="note", day=NOON.date(), at=NOON, team=TeamFactory())

    assert tick() == [Outcome.DROPPED]


def test_a_server_that_stays_away_is_given_up_after_five_days(ana, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    message = write(ana)

    for minutes in range(0, 5 * 24 * 60 + 181, 120):
        tick(NOON + minutes * MINUTE)

    message.refresh_from_db()
    assert message.failed_at is not None
    assert timedelta(days=5) <= message.failed_at - NOON <= timedelta(days=5, hours=2)


def test_a_teams_mail_goes_to_who_answers_for_it(ana, ben, mail_server):
    team = TeamFactory(lead=ana)
    team.members.set([ana, ben])
    operations.write(key="1", topic="note", day=NOON.date(), at=NOON, team=team)

    assert tick() == [Outcome.SENT]
    assert [mail["To"] for mail in mail_server.taken] == ["ana@example.com"]


def test_a_topic_that_nobody_composes_is_kept_until_somebody_does(ana, mail_server):
    operations.write(key="1", topic="unheard_of", day=NOON.date(), at=NOON, recipient=ana)

    assert tick() == [Outcome.FAILED]

    message = Message.objects.get()
    assert message.state == "waiting"
    assert "No composer is registered" in message.last_error


def test_a_message_is_given_to_one_worker_and_after_a_while_to_another(ana, mail_server):
    message = write(ana)

    assert delivery.lease(NOON) == [message.pk]
    assert delivery.lease(NOON + MINUTE) == []
    assert delivery.lease(NOON + delivery.LEASE) == [message.pk]
