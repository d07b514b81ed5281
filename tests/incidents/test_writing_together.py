"""People write one section over HTTP, through a bad network: every word is there once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
import requests
from django.conf import settings
from django.db import connection

from incidents.models import SectionVersion
from incidents.operations import incidents, sections
from incidents.operations.incidents import IncidentFields
from tests.factories import NOON, UserFactory
from tests.faults.together.run import write_together
from tests.faults.together.typist import START

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def bases_forgotten() -> Iterator[None]:
    """Delete all passing versions again and again, however young they are."""
    over = threading.Event()

    def forget() -> None:
        while not over.wait(0.3):
            SectionVersion.objects.filter(is_passing=True).delete()
        connection.close()

    thread = threading.Thread(target=forget)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.mark.parametrize(
    ("seed", "meanwhile"),
    [(1, nullcontext), (2, bases_forgotten)],
    ids=["repetitions", "forgotten bases"],
)
def test_every_word_that_nobody_deleted_is_there_once(live_server, signed_in, ana, seed, meanwhile):
    incident = incidents.create(IncidentFields(title="Hub down"), by=ana, at=NOON)
    section = sections.add(incident, title="Notes", body="", kind="other", by=ana, at=NOON)
    sections.save(section, title="Notes", body=START, kind="other", base_version=1, by=ana, at=NOON)
    sessions = []
    for _ in range(3):
        session = requests.Session()
        cookie = signed_in(UserFactory()).cookies[settings.SESSION_COOKIE_NAME].value
        session.cookies.set(settings.SESSION_COOKIE_NAME, cookie)
        session.get(f"{live_server.url}{incident.get_absolute_url()}write/").raise_for_status()
        sessions.append(session)

    with meanwhile():
        outcome, happened = write_together(
            live_server.url,
            incident.get_absolute_url(),
            section.pk,
            sessions,
            edits=40,
            seed=seed,
            pause=0.03,
        )

    # Repeat it, much longer and with kills, by `python -m tests.faults.together --seed …`.
    assert not outcome.is_bad, f"seed {seed}: {outcome}"
    assert outcome.words > 200
    assert happened["sent twice"] > 0
