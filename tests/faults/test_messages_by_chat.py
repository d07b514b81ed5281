"""Chat through the real worker and broker: each message once, though tasks are doubled."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings

from accounts.models import User
from messaging import delivery, sealing
from messaging.models import Message
from tests.factories import ActionItemFactory, ChannelFactory, UserFactory
from tests.faults.conftest import database_url, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

MORNING = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
YESTERDAY = date(2026, 3, 2)
PEOPLE = 20


class Service:
    """A chat service on loopback: who posted what, by path; some paths are gone."""

    def __init__(self) -> None:
        self.posted: Counter[str] = Counter()
        self.gone: set[str] = set()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.posted[self.path] += 1
                self.send_response(410 if self.path in service.gone else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.server.shutdown()


def person_who_chats(service: Service, number: int) -> User:
    person = UserFactory(digest_by="chat")
    port = service.server.server_port
    address = sealing.seal(f"json://127.0.0.1:{port}/{number}")
    ChannelFactory(user=person, kind="webhook", sealed_address=address)
    ActionItemFactory(owner=person, due_on=YESTERDAY)
    return person


def test_doubled_ticks_and_tasks_post_once_and_a_mail_replaces_what_failed(inbox, service, install):
    taken, email_url = inbox
    for number in range(PEOPLE):
        person_who_chats(service, number)
    service.gone = {"/3", "/7"}
    installation = install(
        DATABASE_URL=database_url(),
        EMAIL_URL=email_url,
        SECRET_KEY=settings.SECRET_KEY,
        CHANNEL_PRIVATE_HOSTS="127.0.0.1",
    )
    installation.start_worker()

    for _ in range(4):
        installation.tick(MORNING.isoformat())
    wait_until(
        lambda: Message.objects.filter(route="chat").delivered().count() == PEOPLE - 2,
        seconds=60,
        what="all posts",
    )
    for _ in range(2):
        installation.tick((MORNING + delivery.LEASE).isoformat())
    wait_until(
        lambda: Message.objects.filter(route="mail").delivered().count() == 2,
        seconds=60,
        what="mails instead",
    )

    assert service.posted == Counter({f"/{number}": 1 for number in range(PEOPLE)})
    assert len(taken.taken) == 2
    assert Message.objects.failed().count() == 2
    assert not Message.objects.waiting().exists()
