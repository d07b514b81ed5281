"""The same with script/server, parts of which are killed while people write."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.faults.together.run import write_together
from tests.faults.together.typist import START, Outcome
from tests.faults.writers.killing import kill_at_random
from tests.faults.writers.run import PREPARE, in_server
from tests.running.server import Server
from tests.safety.forms import forms

SECTION = """
import json, sys
from django.utils import timezone
from accounts.models import User
from incidents.models import Incident
from incidents.operations import sections
incident = Incident.objects.order_by("pk").first()
section = sections.add(incident, title="Together", body=sys.argv[1].replace(chr(13), ""),
                       kind="other", by=User.objects.get(username="w00"), at=timezone.now())
print(json.dumps([incident.get_absolute_url(), section.pk]))
"""
# What the task does every ten minutes, for tabs that were away for an hour.
PRUNE = """
import json
from incidents.models import SectionVersion
print(json.dumps(SectionVersion.objects.filter(is_passing=True).delete()[0]))
"""


@dataclass
class Place:
    """A running server, with a section to write in and a session for each person."""

    server: Server
    site: str
    page: str
    section: int
    sessions: list[requests.Session]


@contextmanager
def served(folder: Path, *, people: int) -> Iterator[Place]:
    server = Server(folder)
    try:
        server.start_and_wait()
        names = [f"w{number:02}" for number in range(people)]
        links, _ = in_server(server, PREPARE, json.dumps(names), "1")
        page, section = in_server(server, SECTION, START)
        site = f"http://127.0.0.1:{server.port}"
        sessions = [_signed_in(site, link, page) for link in links]
        yield Place(server, site, page, section, sessions)
    finally:
        server.end()


def run(
    folder: Path, *, writers: int, edits: int, pause: float, every: float, seed: int
) -> tuple[Outcome, Counter[str], Counter[str]]:
    """Return what became of the words, what the network did, and what was killed how often."""
    with served(folder, people=writers) as place:
        killer = _Killer(place.server, random.Random(seed), every)
        killer.start()
        outcome, happened = write_together(
            place.site,
            place.page,
            place.section,
            place.sessions,
            edits=edits,
            seed=seed,
            pause=pause,
            until=killer.end,
        )
    return outcome, happened, Counter(killer.killed)


class _Killer(threading.Thread):
    def __init__(self, server: Server, chance: random.Random, every: float) -> None:
        super().__init__(daemon=True)
        self.killed: list[str] = []
        self._server, self._chance, self._every = server, chance, every
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.is_set():
            until = time.monotonic() + self._every
            self.killed += kill_at_random(
                self._server, self._chance, until=until, every=self._every
            )
            if not self._over.is_set():
                self._prune()

    def _prune(self) -> None:
        try:
            in_server(self._server, PRUNE)
        except AssertionError:  # the database has just been killed
            return

    def end(self) -> None:
        self._over.set()
        self.join()
        self._server.wait_until(self._server.is_healthy, "it to be healthy again")


def _signed_in(site: str, link: str, page: str) -> requests.Session:
    session = requests.Session()
    address = f"/sign-in/{link.split('/sign-in/')[1]}"
    [form] = forms(session.get(site + address, timeout=30).text, address)
    session.post(
        site + form.address,
        data=form.filled(),
        headers={"Content-Type": "application/x-www-form-urlencoded", "Referer": site},
        timeout=30,
    )
    session.get(f"{site}{page}write/", timeout=30).raise_for_status()
    return session
