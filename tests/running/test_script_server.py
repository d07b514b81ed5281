"""script/server with real processes: what it starts, stops, refuses and survives."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from tests.running.server import ROOT, Server, environment, free_port

# One process runs them all, since they share the folder that was prepared first.
pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("script_server")]
PARTS = ("gunicorn", "worker", "beat", "postgres")


@pytest.fixture(scope="module")
def folder():
    """A folder that other users may pass through, as root's database needs; pytest's may not be."""
    with tempfile.TemporaryDirectory(prefix="nevertwice-") as made:
        yield Path(made).resolve() / "var"


@pytest.fixture(scope="module")
def prepared(folder):
    """What happened when script/server ran from nothing in `folder`."""
    first = Server(folder)
    try:
        first.start_and_wait()
        started = {part for part in PARTS if first.processes(part)}
        sign_in = page(first.link())
        code = first.ask(signal.SIGINT)
        left = first.processes()
    finally:
        first.end()
    return SimpleNamespace(
        started=started, sign_in=sign_in, code=code, left=left, words=first.words()
    )


@pytest.fixture
def server(prepared, folder):
    server = Server(folder)
    yield server
    server.end()


def page(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        error.add_note(
            f"{address} at {datetime.now(UTC)}:\n{error.headers}\n{error.read().decode()}"
        )
        raise


def test_from_nothing_to_a_page_with_a_sign_in_link_then_nothing_is_left(prepared):
    assert "Sign in" in prepared.sign_in
    assert prepared.started == set(PARTS)
    assert prepared.code == 0
    assert prepared.left == []
    assert "Traceback" not in prepared.words


def slowness():
    """How much slower this machine is now than a quiet one, on which Python with what each of our
    programs imports is there in half a second; 1 where it is not."""
    libraries = "celery.app.base, django.contrib.auth, django.db.models, django.forms, psycopg"
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", f"import {libraries}"], check=True)
    return max((time.monotonic() - began) / 0.5, 1.0)


def test_the_second_start_takes_less_than_five_seconds(server):
    before = slowness()
    took = server.start_and_wait()
    server.end()

    assert took < 5 * max(before, slowness())


def test_a_second_server_in_the_same_folder_says_so_and_does_no_harm(server):
    server.start_and_wait()

    second = subprocess.run(
        [ROOT / "script" / "server"],
        env=environment(server.folder, PORT=str(free_port())),
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 1
    assert "already running from here" in second.stderr
    assert f"http://127.0.0.1:{server.port}/" in second.stderr
    assert server.is_healthy()
    assert server.ask(signal.SIGTERM) == 0
    assert server.processes() == []


def test_a_taken_port_is_said_before_anything_starts(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = Server(folder, PORT=str(port))
        server.start()

        assert server.process.wait(30) == 1
        assert f"Port {port} is in use" in server.words()
        assert f"PORT={port % 65535 + 1} script/server" in server.words()
        assert server.processes() == []


def test_a_killed_part_is_started_again(server):
    server.start_and_wait()
    for part in PARTS:
        victims = server.processes(part)

        min(victims, key=psutil.Process.create_time).kill()

        server.wait_until(partial(another_than, victims, server, part), f"a new {part}")
    server.wait_until(server.is_healthy, "a page")
    assert server.ask(signal.SIGINT) == 0
    assert server.processes() == []


def another_than(victims, server, part) -> bool:
    return bool({p.pid for p in server.processes(part)} - {victim.pid for victim in victims})


def test_a_killed_server_starts_again_alone_killed_or_with_all_its_parts(server):
    server.start_and_wait()
    server.kill()

    server.start_and_wait()

    assert server.is_healthy()
    server.process.kill()
    for process in server.processes():
        process.kill()
    server.process.wait()

    server.start_and_wait()

    assert server.is_healthy()


def test_a_command_works_while_the_server_runs_and_while_it_does_not(server):
    def count_users() -> str:
        script = "from accounts.models import User; print(User.objects.count())"
        return subprocess.run(
            [ROOT / ".venv/bin/python", "manage.py", "shell", "-v", "0", "-c", script],
            cwd=ROOT,
            env=environment(server.folder),
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    assert count_users() == "1"
    assert server.processes() == [], "the database was stopped after the command"

    server.start_and_wait()

    assert count_users() == "1"
    time.sleep(0.2)
    assert server.is_healthy(), "the command left the running server its database"


def test_the_worker_answers_over_the_broker(folder, prepared):
    broker = {name: os.environ[name] for name in ("CELERY_BROKER_URL",) if name in os.environ}
    server = Server(folder, **broker)
    try:
        server.start_and_wait()

        def answered() -> bool:
            asked = subprocess.run(
                [ROOT / ".venv/bin/celery", "--app", "config", "inspect", "ping"],
                cwd=ROOT,
                env=environment(folder, **broker),
                capture_output=True,
                text=True,
                check=False,
            )
            return "pong" in asked.stdout

        server.wait_until(answered, "a worker")
    finally:
        server.end()
