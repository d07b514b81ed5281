"""script/server with real processes: what it starts, stops, refuses and survives."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request

import psutil
import pytest

from tests.running.server import ROOT, Server, environment, free_port

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder in which script/server has run before."""
    folder = tmp_path_factory.mktemp("prepared") / "var"
    first = Server(folder)
    try:
        first.start_and_wait()
        assert first.ask(signal.SIGINT) == 0
    finally:
        first.end()
    return folder


@pytest.fixture
def server(prepared):
    server = Server(prepared)
    yield server
    server.end()


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return answer.read().decode()


def test_from_nothing_to_a_page_with_a_sign_in_link_then_nothing_is_left(tmp_path):
    server = Server(tmp_path / "var")
    try:
        server.start_and_wait()

        assert "Sign in" in page(server.link())
        assert f"http://127.0.0.1:{server.port}/" in server.words()
        assert server.processes("gunicorn")
        assert server.processes("worker")
        assert server.processes("beat")
        assert server.processes("postgres")

        assert server.ask(signal.SIGINT) == 0
        assert server.processes() == []
        assert "Traceback" not in server.words()
    finally:
        server.end()


def test_the_second_start_is_quick_and_sigterm_ends_it_in_good_order(server):
    seconds = server.start_and_wait()

    assert seconds < 5 * float(os.environ.get("SLOW_MACHINE", "1"))
    assert server.ask(signal.SIGTERM) == 0
    assert server.processes() == []


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


def test_a_taken_port_is_said_before_anything_starts(prepared):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = Server(prepared, PORT=str(port))
        server.start()

        assert server.process.wait(30) == 1
        assert f"Port {port} is taken" in server.words()
        assert f"PORT={port % 65535 + 1} script/server" in server.words()
        assert server.processes() == []


@pytest.mark.parametrize("part", ["gunicorn", "worker", "beat", "postgres"])
def test_a_killed_part_is_started_again(server, part):
    server.start_and_wait()
    victims = server.processes(part)
    leader = min(victims, key=psutil.Process.create_time)

    leader.kill()

    server.wait_until(
        lambda: {p.pid for p in server.processes(part)} - {v.pid for v in victims},
        f"a new {part}",
    )
    server.wait_until(server.is_healthy, "a page")
    assert server.ask(signal.SIGINT) == 0
    assert server.processes() == []


def test_a_killed_server_leaves_nothing_that_stops_the_next(server):
    server.start_and_wait()
    server.kill()

    server.start_and_wait()

    assert server.is_healthy()
    assert server.ask(signal.SIGINT) == 0
    assert server.processes() == []


def test_everything_killed_at_once_starts_again(server):
    server.start_and_wait()
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
