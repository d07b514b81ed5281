"""Each reminder once though tasks are lost, doubled, or run ten at a time."""

from __future__ import annotations

import sys
import time
from datetime import UTC, date, datetime

import pytest

from action_items.models import LedgerEntry
from messaging import delivery
from messaging.models import Message
from tests.factories import ActionItemFactory, IncidentFactory, UserFactory
from tests.faults.conftest import Installation, database_url, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

MORNING = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
YESTERDAY = date(2026, 3, 2)
PEOPLE = 120  # more than two tasks’ worth
MOST_TICKS = 30
PATIENCE = 5  # seconds after which a tick is followed by another one
HASTY = "tests.faults.hasty"


@pytest.fixture
def promises() -> None:
    incident = IncidentFactory()
    for _ in range(PEOPLE):
        ActionItemFactory(incident=incident, owner=UserFactory(), due_on=YESTERDAY)


def _all_are_sent() -> bool:
    return Message.objects.delivered().count() == PEOPLE


def _tick_until_all_are_sent(installation: Installation) -> int:
    """A tick every ten minutes, by the simulated clock; how many it took."""
    for tick in range(MOST_TICKS):
        installation.tick((MORNING + tick * delivery.LEASE).isoformat())
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            if _all_are_sent():
                return tick + 1
            time.sleep(0.05)
    raise AssertionError(f"{PEOPLE - Message.objects.delivered().count()} digests were not sent")


@pytest.mark.parametrize(
    ("broker", "copies"),
    # An odd number in turn: what a tick sends must not always meet with the same luck.
    [("loses two of five messages", "0,1,1,0,1"), ("doubles every message", "2")],
)
def test_each_digest_comes_once_by_a_broker_that(broker, copies, promises, inbox, install, capsys):
    taken, email_url = inbox
    taken.before = taken.after = 0
    installation = install(DATABASE_URL=database_url(), EMAIL_URL=email_url, COPIES=copies)
    installation.start_worker(processes=4, application=HASTY)

    ticks = _tick_until_all_are_sent(installation)
    installation.tick((MORNING + ticks * delivery.LEASE).isoformat())  # once more, for nothing
    time.sleep(1)

    with capsys.disabled():
        sys.stdout.write(f"\nA broker that {broker}: {PEOPLE} digests within {ticks} ticks\n")
    assert len(taken.taken) == len(taken.people) == PEOPLE
    assert Message.objects.count() == LedgerEntry.objects.count() == PEOPLE


def test_two_beats_and_ten_workers_at_once_send_each_digest_once(promises, inbox, install):
    taken, email_url = inbox
    installation = install(DATABASE_URL=database_url(), EMAIL_URL=email_url)
    installation.start_worker(processes=10, application=HASTY)

    for _ in range(10):
        for _beat in range(2):
            installation.tick(MORNING.isoformat())
    _tick_until_all_are_sent(installation)
    time.sleep(1)

    assert len(taken.taken) == len(taken.people) == PEOPLE
    assert Message.objects.count() == LedgerEntry.objects.count() == PEOPLE


def test_a_worker_killed_between_sending_and_recording_sends_that_mail_again_as_the_same_one(
    promises, inbox, install
):
    taken, email_url = inbox
    installation = install(DATABASE_URL=database_url(), EMAIL_URL=email_url)
    installation.start_worker(processes=1, application=HASTY)

    def kill_once() -> None:
        if len(taken.taken) == PEOPLE // 2:
            installation.kill_worker()

    taken.when_taken = kill_once
    installation.tick(MORNING.isoformat())
    wait_until(lambda: len(taken.taken) >= PEOPLE // 2, seconds=60, what="half of the mails")
    [(to, message_id)] = taken.taken[-1:]
    installation.start_worker(processes=2, application=HASTY)
    _tick_until_all_are_sent(installation)

    assert len(taken.taken) == PEOPLE + 1
    assert taken.taken.count((to, message_id)) == 2
    assert len(set(taken.taken)) == len(taken.people) == PEOPLE
