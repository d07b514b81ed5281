"""The whole product on one machine: database, web, worker and beat under one roof."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn, TextIO

from django.conf import settings
from django.db import connections
from django.utils import timezone

from accounts.operations import first_sign_in_link
from config.embedded import EmbeddedError
from config.folders import make_private
from config.preparation import NotReady, prepare
from config.running import LOCK
from config.supervisor import KeepsDying, Part, Supervisor, end_leftovers

MARK = "NEVERTWICE_SERVER"  # the environment of every process that we start holds it
HOST = "127.0.0.1"
FIRST_PAGE_SECONDS = 60
COLOURS = {"web": "36", "worker": "33", "beat": "35"}


class CannotServe(Exception):
    """`str()` of it is one line for the operator."""


def serve() -> None:
    """Run everything until SIGINT or SIGTERM, then end it, and nothing else.

    Raises CannotServe where another one runs from the same folder, the port is taken, or the
    database cannot be used; then nothing has been changed.
    """
    signal.signal(signal.SIGTERM, _exit_on_signal)
    os.umask(0o077)  # of all that we start as well: what is in var/ is nobody else's
    make_private(settings.VAR_DIR)
    with _alone():
        if left := end_leftovers(MARK, str(settings.VAR_DIR)):
            _say("server", f"Ended {left} processes that a killed server had left behind.")
        _require_free_port()
        try:
            with _database():
                _run()
        except (EmbeddedError, KeepsDying, NotReady) as error:
            raise CannotServe(str(error)) from error
    _say("server", "Stopped.")


def _run() -> None:
    try:
        prepare(say=lambda line: _say("server", line))
        link = first_sign_in_link(at=timezone.now())
    finally:
        for each in connections.all():
            each.close()
            if hasattr(each, "close_pool"):
                each.close_pool()
    asyncio.run(_supervise(link))


async def _supervise(link: str | None) -> None:
    supervisor = Supervisor(_parts(), folder=settings.BASE_DIR, say=_say)
    besides = [_announce(link)]
    if settings.DATABASE_IS_EMBEDDED:
        besides.append(_watch_database())
    await supervisor.run(*besides)


def _parts() -> list[Part]:
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--quiet", "--app", "config"]
    mark = {MARK: str(settings.VAR_DIR), "PYTHONUNBUFFERED": "1"}
    # Celery's warning against root is about pickled messages; ours are JSON.
    mark["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser"
    web = [*python, "gunicorn", "-c", "config/gunicorn.py"]
    quiet = ("--loglevel", "WARNING")
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    # Threads: its work is waiting for servers, and they stop sooner and need less than processes.
    worker = ("--pool", "threads", "--concurrency", "2", *alone)
    # Worker and beat use one connection at a time, and a pool must not outlive a fork.
    background = mark | {"DATABASE_POOL_SIZE": "0"}
    return [
        Part("web", [*web, "config.wsgi"], mark | {"WEB_BIND": f"{HOST}:{settings.PORT}"}),
        Part("worker", [*celery, "worker", *worker, *quiet], background),
        Part("beat", [*celery, "beat", "--pidfile=", *quiet], background),
    ]


async def _announce(link: str | None) -> None:
    """Wait until the first page is served, then say where."""
    give_up = time.monotonic() + FIRST_PAGE_SECONDS
    while not await asyncio.to_thread(_is_served):
        if time.monotonic() > give_up:
            _say("server", f"Nothing is served after {FIRST_PAGE_SECONDS} seconds; still waiting.")
            give_up = float("inf")
        await asyncio.sleep(0.1)
    lines = ["", f"  Nevertwice is at {settings.SITE_URL}/"]
    if link:
        lines += ["", "  The first sign-in, once and within 15 minutes:", f"  {link}"]
    for line in [*lines, "", "  Ctrl-C stops it.", ""]:
        print(line, flush=True)  # noqa: T201


def _is_served() -> bool:
    asked = http.client.HTTPConnection(HOST, settings.PORT, timeout=10)
    try:
        asked.request("GET", "/health/")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


async def _watch_database() -> None:
    """Start the embedded PostgreSQL again whenever it is gone."""
    server = settings.EMBEDDED_POSTGRES
    while True:
        if await asyncio.to_thread(server.process) is None:
            _say("server", "PostgreSQL stopped; starting it again.")
            await asyncio.to_thread(server.start)
        await asyncio.sleep(0.5)


def _database() -> contextlib.AbstractContextManager[None]:
    if settings.DATABASE_IS_EMBEDDED:
        return settings.EMBEDDED_POSTGRES.in_use()
    return contextlib.nullcontext()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Allow one server per folder, by a lock that the kernel releases when the process ends."""
    with open(settings.VAR_DIR / LOCK, "a+") as lock:
        if not _is_locked(lock):
            lock.seek(0)
            raise CannotServe(f"Nevertwice is already running from here: {lock.read()}")
        lock.truncate(0)
        lock.write(f"{settings.SITE_URL}/ (process {os.getpid()})")
        lock.flush()
        yield


def _is_locked(lock: TextIO) -> bool:
    """Lock the file, unless a server holds it: a command that asks for the address holds it too,
    for a moment."""
    for pause in (0.2, 0.2, 0.2, 0):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(pause)
        else:
            return True
    return False


def _require_free_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, settings.PORT))
        except PermissionError as error:
            raise CannotServe(f"Port {settings.PORT} needs more rights than we have.") from error
        except OSError as error:
            raise CannotServe(
                f"Port {settings.PORT} is in use. "
                f"Choose another one, such as: PORT={settings.PORT % 65535 + 1} script/server"
            ) from error


def _exit_on_signal(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _say(name: str, line: str) -> None:
    label = f"{name:>6} |"
    if sys.stdout.isatty() and name in COLOURS:
        label = f"\033[{COLOURS[name]}m{label}\033[0m"
    print(label, line, flush=True)  # noqa: T201
