"""Start a server, let people write, kill parts of it, and count every word afterwards."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.writers.killing import kill_at_random
from tests.faults.writers.writer import Writer
from tests.running.server import ROOT, Server, environment

INCIDENTS = 3

PREPARE = """
import json, sys
from django.utils import timezone
from accounts.models import User
from accounts.operations import issue_sign_in_link
from incidents.models import Incident
names = json.loads(sys.argv[1])
links = []
for name in names:
    email = f"{name}@example.com"
    person = User.objects.create(username=name, full_name=name.title(), email=email, role="author")
    links.append(issue_sign_in_link(person, at=timezone.now()))
pages = [one.get_absolute_url() for one in Incident.objects.order_by("pk")[:int(sys.argv[2])]]
print(json.dumps([links, pages]))
"""
READ = """
import json, sys
from incidents.models import Incident
references = [page.rstrip("/").rsplit("/", 1)[-1] for page in json.loads(sys.argv[1])]
texts = []
for one in Incident.objects.filter(reference__in=references):
    texts += one.sections.values_list("body", flat=True)
    texts += one.timeline.values_list("text", flat=True)
print(json.dumps(texts))
"""


@dataclass(frozen=True)
class Outcome:
    """The number of words: `saved` were acknowledged, `open` never got an answer."""

    seed: int
    saved: int
    open: int
    kills: Counter[str]
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def is_bad(self) -> bool:
        return bool(self.lost or self.doubled or self.errors or not self.saved)

    def __str__(self) -> str:
        kills = ", ".join(f"{number} x {part}" for part, number in sorted(self.kills.items()))
        return (
            f"Seed {self.seed}: {self.saved} words saved, {self.open} left open; "
            f"killed {self.kills.total()} ({kills}).\n"
            f"Lost: {len(self.lost)} {self.lost[:5]}. Doubled: {len(self.doubled)} "
            f"{self.doubled[:5]}. Error pages: {len(self.errors)} {self.errors[:5]}."
        )


def run(folder: Path, *, writers: int, seconds: float, every: float, seed: int) -> Outcome:
    """Let `writers` people write for some `seconds`, and return what became of their words."""
    server = Server(folder)
    try:
        server.start_and_wait()
        names = [f"w{number:02}" for number in range(writers)]
        links, pages = in_server(server, PREPARE, json.dumps(names), str(INCIDENTS))
        site = f"http://127.0.0.1:{server.port}"
        until = time.monotonic() + seconds
        people = [
            Writer(
                name, site, f"/sign-in/{link.split('/sign-in/')[1]}", pages, seed=seed, until=until
            )
            for name, link in zip(names, links, strict=True)
        ]
        for person in people:
            person.start()
        kills = kill_at_random(server, random.Random(seed), until=until, every=every)
        for person in people:
            person.join(timeout=150)
        found = _words(server, pages)
    finally:
        server.end()
    written = [person.written for person in people]
    saved = [word for one in written for word in one.saved]
    stuck = [f"{person.name} did not end" for person in people if person.is_alive()]
    return Outcome(
        seed=seed,
        saved=len(saved),
        open=sum(len(one.open) for one in written),
        kills=Counter(kills),
        lost=[word for word in saved if not found[word]],
        doubled=[word for word, number in found.items() if number > 1],
        errors=[error for one in written for error in one.errors] + stuck,
    )


def _words(server: Server, pages: list[str]) -> Counter[str]:
    texts = in_server(server, READ, json.dumps(pages))
    words = " ".join(texts).split()
    return Counter(word for word in words if word[:1] == "w" and word[3:4] == "x")


def in_server(server: Server, script: str, *arguments: str) -> list:
    """Run a script with the server's settings, and return what it prints last, read as JSON."""
    start = (
        "import os, sys, django;"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings');"
        f"django.setup(); exec({script!r})"
    )
    done = subprocess.run(
        [sys.executable, "-c", start, *arguments],
        cwd=ROOT,
        env=environment(server.folder, **server.variables) | {"PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
