"""Explanations in mails and on pages after a chat channel failed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from action_items.reminders import ledger
from messaging import delivery, operations
from tests.action_items.reminders.ticks import DAY, MONDAY, MONDAY_MORNING
from tests.factories import ActionItemFactory, TeamFactory
from tests.messaging.conftest import receiver  # noqa: F401

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def room(ana, receiver):  # noqa: F811
    """Create Ana’s only channel, which is failing."""
    ana.digest_by = "chat"
    ana.save()
    receiver.status = 503
    return operations.add_channel(
        kind="webhook", name="My room", address=f"{receiver.url}/in", by=ana, at=MONDAY_MORNING
    )


def deliver(minutes: int) -> None:
    now = MONDAY_MORNING - 2 * 60 * MINUTE + minutes * MINUTE  # from nine o'clock on
    if minutes == 0:
        ledger.write_due(now)
    delivery.deliver(delivery.due(now), clock=lambda: now)


def test_page_and_mail_explain_the_failed_chat(ana, room, signed_in):
    item = ActionItemFactory(owner=ana, due_on=MONDAY - DAY)
    address = reverse("action_item_detail", args=[item.pk])

    deliver(0)
    waiting = signed_in(ana).get(address).content.decode()
    for minutes in range(1, 40):
        deliver(minutes)
    page = signed_in(ana).get(address).content.decode()

    assert "on its way by chat, failed once so far" in waiting
    assert "chat failed, sent by e-mail instead" in page
    assert "on its way" not in page
    [sent] = mail.outbox
    for part in (sent.body, sent.alternatives[0][0]):
        assert "This came by e-mail because the channel “My room” did not take it." in part
        assert "(it answered 503)" in part


def test_the_summary_of_a_team_explains_the_failed_chat(ana, receiver):  # noqa: F811
    team = TeamFactory(name="Payments", lead=ana)
    team.members.set([ana])
    ActionItemFactory(owner=ana, due_on=MONDAY + 20 * DAY)
    receiver.status = 404
    operations.add_channel(
        kind="webhook",
        name="War room",
        address=f"{receiver.url}/in",
        by=ana,
        at=MONDAY_MORNING,
        team=team,
    )

    deliver(0)
    deliver(1)

    [sent] = mail.outbox
    assert sent.subject == "Payments: 1 open, 0 overdue, 0 done"
    assert "because the channel “War room” did not take it. The address is gone" in sent.body
    assert "War room" in sent.alternatives[0][0]
