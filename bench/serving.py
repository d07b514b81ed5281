"""Servers, as the product runs them, and whoever asks them."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.cookies import SimpleCookie
from importlib import import_module
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection

from accounts.models import User


class Site:
    """A server on loopback and one kept-alive connection to it."""

    def __init__(self, port: int, headers: dict[str, str], pid: int = 0) -> None:
        self.port = port
        self.pid = pid
        self.headers = headers
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        return self._send("GET", path, None, self.headers | (headers or {}))

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, bytes]:
        headers = self.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, urlencode(fields), headers)

    def keep_cookies(self) -> None:
        """Ask for a page, and send the cookies that come with it from now on, as browsers do."""
        self.connection.request("GET", "/", headers=self.headers)
        answer = self.connection.getresponse()
        answer.read()
        given = SimpleCookie("; ".join(answer.msg.get_all("Set-Cookie", [])))
        sent = [f"{name}={cookie.value}" for name, cookie in given.items()]
        self.headers = self.headers | {"Cookie": "; ".join([self.headers["Cookie"], *sent])}

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except (http.client.HTTPException, OSError):
            self.connection.close()  # whatever is asked next begins anew
            raise


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(application: str) -> Iterator[tuple[int, int]]:
    """A gunicorn as the product runs it, with two workers: its port and process."""
    port = free_port()
    log = open(settings.VAR_DIR / "bench.log", "ab")  # noqa: SIM115 (the server writes on)
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
            *("--config", "config/gunicorn.py", "--workers", "2"),
            # One server waits while the other answers: a slow page must not cost it its connection.
            *("--keep-alive", "120"),
        ],
        stdout=log,
        stderr=log,
        env=os.environ | {"PORT": str(port), "SITE_URL": f"http://127.0.0.1:{port}"},
    )
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def sign_in(user: User) -> str:
    """The cookie header of a session of `user`."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def throughput(
    port: int,
    headers: dict[str, str],
    ask: Callable[[Site, int], tuple[int, bytes]],
    seconds: float = 3,
) -> float:
    """Requests a second at four connections."""
    end = time.perf_counter() + seconds

    def client(_: int) -> int:
        site, done = Site(port, headers), 0
        while time.perf_counter() < end:
            ask(site, done)
            done += 1
        return done

    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(client, range(4))) / seconds


def processor_seconds(pids: list[int]) -> dict[int, float]:
    """The time that each of these processes has spent on a processor, as Linux counts it; those
    that have ended are left out.

    Waiting for a processor is not in it, so a busy machine changes it little.
    """
    found = {}
    for pid in pids:
        with suppress(OSError):
            files = list(Path("/proc").glob(f"{pid}/task/*/schedstat"))
            found[pid] = sum(int(file.read_text().split()[0]) for file in files) / 1e9
    return {pid: seconds for pid, seconds in found.items() if seconds}


def workers_of(pid: int) -> list[int]:
    """The processes that a gunicorn has started."""
    found = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return [int(child) for child in found.split()]


def database_processes() -> list[int]:
    """Return PostgreSQL's processes for this database; only if it runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return [pid for (pid,) in cursor.fetchall()]


def resident_mib(pid: int) -> float:
    """Memory of a gunicorn and its workers, shared pages counted once each (PSS)."""
    total = 0
    for process in [pid, *workers_of(pid)]:
        with open(f"/proc/{process}/smaps_rollup") as rollup:
            total += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return total / 1024
