"""The window for reminders: three hours in the morning; missed ones are repeated in the next
digest.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from action_items.models import LedgerEntry
from action_items.operations import action_items
from action_items.reminders import immediate, ledger
from messaging import delivery, operations
from messaging.models import Message
from tests.action_items.reminders.ticks import DAY, MONDAY
from tests.factories import ActionItemFactory, ChannelFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
QUARTER = timedelta(minutes=15)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment in March 2026, UTC."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def live(start: datetime, until: datetime, step: timedelta = 4 * QUARTER) -> dict[datetime, list]:
    """Run beat and worker from `start` to `until`; return the mails sent, by moment."""
    sent: dict[datetime, list] = {}
    now = start
    while now < until:
        before = len(mail.outbox)
        immediate.write_due(now)
        ledger.write_due(now)
        at = now
        delivery.deliver(delivery.due(now), clock=lambda at=at: at)
        if mails := mail.outbox[before:]:
            sent[now] = mails
        now += step
    return sent


@pytest.fixture
def hans(db):
    return UserFactory(username="hans", time_zone="Europe/Berlin")


@pytest.fixture
def mail_server_is_away(settings):
    """`mail_server_is_away(True)` stops the mail server, `(False)` starts it again."""
    working = settings.EMAIL_BACKEND
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # no server listens there

    def set_away(away: bool) -> None:
        settings.EMAIL_BACKEND = SMTP if away else working

    return set_away


def test_an_evening_assignment_is_announced_the_next_morning(ana, hans):
    item = ActionItemFactory(owner=ana, due_on=MONDAY + 40 * DAY, priority="P1")
    action_items.reassign(item, owner=hans, by=ana, at=moment(2, 21, 10))  # 22:10 in Berlin

    sent = live(moment(2, 22), moment(3, 21))

    assert {at: [each.subject for each in mails] for at, mails in sent.items()} == {
        moment(3, 8): ["1 new for you"]
    }


def test_a_server_that_starts_in_the_evening_sends_nothing_before_the_morning(ana):
    """Beat, or the worker, has been down since Friday."""
    ActionItemFactory(owner=ana, due_on=MONDAY - 3 * DAY)

    assert list(live(moment(2, 12), moment(3, 12))) == [moment(3, 9)]


@pytest.mark.parametrize(
    ("day", "nine_in_berlin"), [(27, moment(27, 8)), (30, moment(30, 7)), (31, moment(31, 7))]
)
def test_reminders_start_at_nine_before_and_after_the_clock_change(hans, day, nine_in_berlin):
    ActionItemFactory(owner=hans, due_on=nine_in_berlin.date())

    midnight = nine_in_berlin.replace(hour=0)
    ledger.write_due(midnight - DAY)

    assert [at for at in live(midnight, midnight + DAY) if at.date() == nine_in_berlin.date()] == [
        nine_in_berlin
    ]


def test_a_person_with_later_hours_is_told_in_their_own_window(ana):
    ana.digest_hour = 15
    ana.save()
    ActionItemFactory(owner=ana, due_on=MONDAY)

    assert live(moment(2, 18), moment(3, 15)) == {}
    assert list(live(moment(3, 17), moment(3, 20))) == [moment(3, 17)]


def test_a_failed_delivery_is_retried_until_noon_and_no_longer(ana, mail_server_is_away):
    ActionItemFactory(owner=ana, due_on=MONDAY)
    mail_server_is_away(True)
    live(moment(2, 9), moment(2, 11), QUARTER)
    mail_server_is_away(False)

    sent = live(moment(2, 11), moment(2, 13), QUARTER)

    assert list(sent) == [moment(2, 11, 15)]
    assert Message.objects.get().state == "sent"


def test_an_undelivered_digest_is_repeated_only_in_the_next_one(ana, mail_server_is_away):
    ActionItemFactory(owner=ana, due_on=MONDAY, title="Missed")
    ActionItemFactory(owner=ana, due_on=MONDAY + 3 * DAY, title="Fresh")  # Thursday
    mail_server_is_away(True)
    live(moment(2, 9), moment(2, 12))
    mail_server_is_away(False)

    sent = live(moment(2, 12), moment(4, 12))

    assert list(sent) == [moment(3, 9)]
    [digest] = sent[moment(3, 9)]
    assert "Missed" in digest.body
    assert digest.subject.startswith("1 overdue")
    first = Message.objects.order_by("pk").first()
    assert first.state == "dropped"
    steps = LedgerEntry.objects.filter(action_item__title="Missed").values_list("step", flat=True)
    assert list(steps) == ["overdue_1"]


def test_a_digest_that_failed_on_friday_is_repeated_on_monday(ana, mail_server_is_away):
    ActionItemFactory(owner=ana, due_on=MONDAY + 4 * DAY)
    ledger.write_due(moment(5, 9))
    mail_server_is_away(True)
    live(moment(6, 9), moment(6, 13))
    mail_server_is_away(False)

    assert list(live(moment(6, 13), moment(9, 12))) == [moment(9, 9)]


def test_a_mail_that_replaces_a_failed_chat_after_noon_waits_for_the_morning(ana):
    ana.digest_by = "chat"
    ana.save()
    ChannelFactory(user=ana, is_active=False)
    ActionItemFactory(owner=ana, due_on=MONDAY)
    message = operations.write(
        key="digest:2026-03-02:user-x",
        topic="digest",
        day=MONDAY,
        at=moment(2, 11, 55),
        recipient=ana,
    )
    item = ActionItemFactory(owner=ana, due_on=MONDAY, title="Written at noon")
    message.entries.create(action_item=item, step="due_today", due_on=MONDAY, recipient=ana)

    sent = live(moment(2, 12), moment(3, 12))

    assert list(sent) == [moment(3, 9)]
    assert "Written at noon" in sent[moment(3, 9)][0].body


def test_a_long_outage_delays_reminders_but_loses_and_repeats_none(ana):
    for days in (0, 1, 2):
        ActionItemFactory(owner=ana, due_on=MONDAY + days * DAY, title=f"Promise {days}")
    live(moment(2, 9), moment(2, 12))  # nothing runs until Thursday afternoon

    sent = live(moment(5, 15), moment(6, 12))

    assert list(sent) == [moment(6, 9)]
    [digest] = sent[moment(6, 9)]
    assert all(f"Promise {days}" in digest.body for days in (0, 1, 2))


def test_a_weekly_digest_missed_in_an_outage_is_sent_the_next_morning(ana):
    ana.digest = "weekly"
    ana.save()
    live(moment(6, 9), moment(6, 10))  # Friday; nothing runs on Monday
    ActionItemFactory(owner=ana, due_on=MONDAY + 7 * DAY)

    sent = live(moment(9, 14), moment(12, 12))

    assert list(sent) == [moment(10, 9)]


def test_without_news_on_monday_a_weekly_digest_waits_a_week(ana):
    ana.digest = "weekly"
    ana.save()
    live(moment(9, 9), moment(9, 10))
    ActionItemFactory(owner=ana, due_on=MONDAY + 8 * DAY)

    assert live(moment(10, 8), moment(13, 12)) == {}


def test_a_weekly_digest_that_failed_is_sent_the_next_morning(ana, mail_server_is_away):
    ana.digest = "weekly"
    ana.save()
    ActionItemFactory(owner=ana, due_on=MONDAY)
    mail_server_is_away(True)
    live(moment(2, 9), moment(2, 13))
    mail_server_is_away(False)

    assert list(live(moment(2, 13), moment(5, 12))) == [moment(3, 9)]


def test_a_summary_missed_in_an_outage_is_sent_the_next_morning(ana):
    team = TeamFactory(lead=ana)
    team.members.set([ana])
    ActionItemFactory(owner=ana, due_on=MONDAY + 60 * DAY)
    live(moment(6, 9), moment(6, 10))

    sent = live(moment(9, 14), moment(13, 12))

    assert list(sent) == [moment(10, 9)]


def test_a_resend_by_an_administrator_is_sent_at_any_hour(ana, omar):
    ActionItemFactory(owner=ana, due_on=MONDAY)
    live(moment(2, 9), moment(2, 10))
    at = moment(2, 22)

    again = operations.send_again(Message.objects.get(), by=omar, at=at)
    delivery.deliver([again.pk], clock=lambda: at)

    again.refresh_from_db()
    assert again.sent_at == at


def test_a_message_to_somebody_who_opted_out_is_dropped(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY)
    [key] = ledger.write_due(moment(2, 9))
    ana.digest = "off"
    ana.save()

    assert delivery.deliver([key], clock=lambda: moment(2, 23)) == {key: delivery.Outcome.DROPPED}
