"""A Redis database for each process of the tests, so that none takes what another one sends."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

NAME = "CELERY_BROKER_URL"  # Celery reads it itself, whatever address an application is given


def use() -> None:
    """Count on from the database that the address names: 9 for the first process, then 10."""
    parts = urlsplit(os.environ.get(NAME, ""))
    if parts.scheme in ("redis", "rediss"):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
        number = int(parts.path.strip("/") or 0) + int(worker)
        os.environ[NAME] = parts._replace(path=f"/{number}").geturl()
