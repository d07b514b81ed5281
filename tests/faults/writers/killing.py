"""Kill parts of a running server at random moments."""

from __future__ import annotations

import contextlib
import random
import time

import psutil

from tests.running.server import Server

PARTS = ("gunicorn", "gunicorn", "postgres", "postgres", "worker", "beat", "everything")


def kill_at_random(
    server: Server, chance: random.Random, *, until: float, every: float
) -> list[str]:
    """Kill one part after another, at most `every` seconds apart, and return what was killed.

    What the supervisor started it starts again; the supervisor itself is started again here.
    """
    killed = []
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(chance.uniform(every / 4, every), left))
        part = chance.choice(PARTS)
        if part == "everything":
            server.kill()
            server.start_and_wait()
        elif processes := server.processes(part) or server.processes("postgres"):
            with contextlib.suppress(psutil.NoSuchProcess):
                chance.choice(processes).kill()
        killed.append(part)
    return killed
