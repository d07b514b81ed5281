"""Reminders arrive though worker and database are killed: none missing, none sent twice."""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import psycopg
import pytest

from action_items.models import LedgerEntry
from config import embedded
from incidents.models import ActionItem
from messaging import delivery
from messaging.models import Message
from tests.factories import ActionItemFactory, IncidentFactory, UserFactory
from tests.faults.conftest import Inbox, Installation, database_url, wait_until

pytestmark = pytest.mark.faults

TUESDAY_MORNING = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
NOW = TUESDAY_MORNING.isoformat()
YESTERDAY = date(2026, 3, 2)
PEOPLE = 40
# How often two workers' processes may have had a mail on its way that its server had already
# taken when they were killed: that mail comes again, under its Message-ID.
PROCESSES = 2


def _later(ticks: int) -> str:
    """The moment of a tick at which what was left to a killed worker is given to another one."""
    return (TUESDAY_MORNING + ticks * delivery.LEASE).isoformat()


def _doubled(inbox: Inbox) -> int:
    return sum(count - 1 for count in inbox.people.values())


def _tell(capsys, inbox: Inbox, *, kills: int) -> None:
    with capsys.disabled():
        sys.stdout.write(
            f"\n{PEOPLE} digests, {kills} kills: {_doubled(inbox)} taken twice, "
            "under one Message-ID\n"
        )


def _each_person_has_one_message(inbox: Inbox) -> bool:
    messages = Counter(to for to, _ in set(inbox.taken))
    return len(messages) == PEOPLE and set(messages.values()) == {1}


def _kill_while_sending(inbox: Inbox, installation: Installation, at: list[int]) -> None:
    """Kill the worker whenever the mail server has taken so many, and start it again."""
    for ticks, taken in enumerate(at):
        installation.tick(_later(ticks))
        wait_until(
            lambda wanted=taken: len(inbox.taken) >= wanted,
            seconds=30,
            what=f"{taken} mails on their way",
        )
        installation.kill_worker()
        installation.start_worker()


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_neither_loses_nor_repeats_a_digest(inbox, install, capsys):
    taken, email_url = inbox
    incident = IncidentFactory()
    for _ in range(PEOPLE):
        ActionItemFactory(incident=incident, owner=UserFactory(), due_on=YESTERDAY)
    installation = install(DATABASE_URL=database_url(), EMAIL_URL=email_url)
    installation.start_worker()

    _kill_while_sending(taken, installation, at=[1, 9, 17])
    installation.tick(_later(3))
    wait_until(lambda: len(taken.taken) >= 24, seconds=30, what="24 mails on their way")
    installation.kill_a_child()
    installation.tick(_later(4))
    wait_until(
        lambda: Message.objects.filter(sent_at=None).count() == 0, seconds=30, what="all sent"
    )
    installation.tick(_later(4))  # once more, for nothing
    installation.tick(_later(5))
    time.sleep(1)

    assert _each_person_has_one_message(taken)
    assert Message.objects.count() == LedgerEntry.objects.count() == PEOPLE
    _tell(capsys, taken, kills=4)
    assert _doubled(taken) <= 4 * PROCESSES


_PEOPLE_WITH_SOMETHING_DUE = f"""
from datetime import date
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.utils import timezone
from accounts.models import User
from incidents.models import ActionItem, Incident
at = timezone.now()
incident = Incident.objects.create(number=1, title="Outage", created_at=at, updated_at=at)
for n in range({PEOPLE}):
    person = User.objects.create(username=f"p{{n}}", email=f"p{{n}}@example.com")
    ActionItem.objects.create(
        incident=incident, position=n, title="Alert", owner=person, due_on=date(2026, 3, 2),
        created_at=at, updated_at=at,
    )
"""


def _digests(where: Path) -> list[tuple[str, str, bool]]:
    """To whom, under which Message-ID, and whether it is written down as sent."""
    with psycopg.connect(host=str(where), user=embedded.NAME, dbname=embedded.NAME) as connection:
        return connection.execute(
            "SELECT u.email, d.message_id, d.sent_at IS NOT NULL FROM messaging_message d "
            "JOIN accounts_user u ON u.id = d.recipient_id"
        ).fetchall()


def test_a_killed_database_neither_loses_nor_repeats_a_digest(inbox, install, folder, capsys):
    taken, email_url = inbox
    server = embedded.Server(folder / "postgres")
    where = embedded.socket_folder(server.folder)
    with server.in_use():
        installation = install(
            DATABASE_URL=f"postgres://{embedded.NAME}@/{where}/{embedded.NAME}",
            EMAIL_URL=email_url,
        )
        installation.manage("shell", "-v", "0", script=_PEOPLE_WITH_SOMETHING_DUE)
        installation.start_worker()

        for wanted in (5, 20):
            installation.tick(NOW)
            wait_until(
                lambda wanted=wanted: len(taken.taken) >= wanted,
                seconds=30,
                what=f"{wanted} mails on their way",
            )
            process = server.process()
            assert process is not None
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            server.start()
        installation.tick(NOW)
        wait_until(lambda: len(taken.people) == PEOPLE, seconds=40, what="all mails")
        wait_until(lambda: all(sent for _, _, sent in _digests(where)), seconds=30, what="all sent")
        installation.tick(NOW)
        time.sleep(1)

        written = _digests(where)
        installation.kill_worker()

    assert {(to, message_id) for to, message_id, _ in written} == set(taken.taken)
    assert _each_person_has_one_message(taken)
    _tell(capsys, taken, kills=2)
    assert _doubled(taken) <= 2 * PROCESSES


@pytest.mark.django_db(transaction=True)
def test_what_was_due_yesterday_reaches_the_mailbox_through_celery(ana, signed_in, install):
    incident = IncidentFactory()
    signed_in(ana).post(
        f"/incidents/{incident.reference}/action-items/new/",
        {
            "title": "Renew the certificate",
            "kind": "prevent",
            "priority": "P1",
            "due_on": YESTERDAY.isoformat(),
            "owner_choice": f"user:{ana.pk}",
        },
    )
    installation = install(DATABASE_URL=database_url())
    installation.start_worker()

    installation.tick(NOW)
    mailbox = installation.folder / "mail"
    wait_until(lambda: bool(list(mailbox.glob("*.eml"))), seconds=20, what="a mail")

    [letter] = mailbox.glob("*.eml")
    message = message_from_bytes(letter.read_bytes())
    item = ActionItem.objects.get()
    assert message["To"] == "ana@example.com"
    assert message["Subject"] == "1 overdue"
    text = message.get_payload(0).get_payload(decode=True).decode()
    assert f"/action-items/{item.pk}/" in text


@pytest.mark.django_db(transaction=True)
def test_many_ticks_at_once_write_and_send_once(inbox, install):
    taken, email_url = inbox
    taken.before = taken.after = 0
    for _ in range(PEOPLE):
        ActionItemFactory(owner=UserFactory(), due_on=YESTERDAY)
    installation = install(DATABASE_URL=database_url(), EMAIL_URL=email_url)
    installation.start_worker()

    for _ in range(6):
        installation.tick(NOW)
    wait_until(
        lambda: Message.objects.exclude(sent_at=None).count() == PEOPLE, seconds=30, what="all sent"
    )
    installation.tick((TUESDAY_MORNING + timedelta(hours=1)).isoformat())
    time.sleep(1)

    assert _each_person_has_one_message(taken)
    assert _doubled(taken) == 0
