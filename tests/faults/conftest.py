"""Real parts that can be killed: a worker, a mail server that counts, a PostgreSQL of our own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path

import psutil
import pytest
from aiosmtpd.controller import Controller
from celery import Celery
from django.db import connection

from tests import clocks
from tests.faults.broker import producer

ROOT = Path(__file__).resolve().parents[2]


def wait_until(true: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Returns as soon as `true()` is; fails after `seconds`, naming `what` was awaited."""
    give_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up, f"waited {seconds} s in vain: {what}"
        time.sleep(0.02)


@dataclass
class Inbox:
    """A mail server’s handler. It counts what it took, and is slow, so that kills hit the middle.

    A message is counted before it is acknowledged: a sender killed in between does not know.
    `when_taken` is called in between.
    """

    before: float = 0.02
    after: float = 0.02
    taken: list[tuple[str, str]] = field(default_factory=list)
    when_taken: Callable[[], None] = lambda: None

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.before)
        message = message_from_bytes(envelope.content)
        self.taken += [(to, str(message["Message-ID"])) for to in envelope.rcpt_tos]
        self.when_taken()
        await asyncio.sleep(self.after)
        return "250 taken"

    @property
    def people(self) -> Counter[str]:
        return Counter(to for to, _ in self.taken)


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    """A running mail server on loopback: what it took, and its address as EMAIL_URL."""
    handler = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}"
    controller.stop()


@dataclass
class Installation:
    """An installation’s environment, its broker, and its worker, which can be killed."""

    folder: Path
    environment: dict[str, str]
    worker: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "worker.log"

    def start_worker(self, *, processes: int = 2, application: str = "config") -> None:
        ready = self._ready_lines()
        with self.log.open("ab") as log:
            self.worker = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "-A", application, "worker"),
                    *("-c", str(processes), "-l", "INFO", "--without-gossip", "--without-mingle"),
                ],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(lambda: self._ready_lines() > ready, seconds=40, what="the worker’s start")

    def _ready_lines(self) -> int:
        return self.log.read_text().count(" ready.") if self.log.exists() else 0

    def kill_worker(self) -> None:
        """Kill -9 the worker with all its processes."""
        if self.worker is not None:
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()

    def kill_a_child(self) -> None:
        """Kill -9 one of the worker’s processes; the worker itself goes on."""
        assert self.worker is not None
        children = psutil.Process(self.worker.pid).children()
        children[0].kill()

    def tick(self, now: str) -> None:
        """What beat does every hour."""
        with self._producer() as producer:
            producer.send_task("action_items.tasks.send_due_digests", kwargs={"now": now})

    def forget_messages(self) -> None:
        with self._producer() as producer:
            producer.control.purge()

    def _producer(self) -> Celery:
        return producer(self.environment["CELERY_BROKER_URL"], self.folder)

    def manage(self, *arguments: str, script: str = "") -> str:
        """Run manage.py in this installation; its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def database_url() -> str:
    """Where the test database is, for processes of their own."""
    made = connection.settings_dict
    host = made["HOST"] or "localhost"
    where = f"/{host}" if host.startswith("/") else f"{host}:{made['PORT'] or 5432}"
    credentials = f"{made['USER']}:{made['PASSWORD']}" if made["PASSWORD"] else made["USER"]
    return f"postgres://{credentials}@{where}/{made['NAME']}"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that stays open to root's database user: pytest closes its own at every start."""
    with tempfile.TemporaryDirectory(prefix="nevertwice-") as made:
        yield Path(made).resolve()


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """`install(DATABASE_URL=…, EMAIL_URL=…)` is an installation in a folder of its own."""
    made: list[Installation] = []

    def build(**environment: str) -> Installation:
        folder = tmp_path / f"installation{len(made)}"
        folder.mkdir(parents=True)
        inherited = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        installation = Installation(
            folder,
            inherited
            | clocks.of_processes()
            | {
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "ENV_FILE": os.devnull,
                "VAR_DIR": str(folder),
                "CELERY_BROKER_URL": os.environ.get("CELERY_BROKER_URL")
                or "filesystem://localhost/",
            }
            | environment,
        )
        made.append(installation)
        installation.forget_messages()
        return installation

    yield build
    for installation in made:
        if installation.worker is not None and installation.worker.poll() is None:
            installation.kill_worker()
        installation.forget_messages()
