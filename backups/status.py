"""The state of the backups, for administrators and for /health/."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from django.conf import settings

from backups.models import BackupRun
from core import times

OLD = timedelta(hours=48)

State = Literal["ok", "warn", "off"]


@dataclass(frozen=True)
class Status:
    """`last` is the newest successful backup, `failure` the newest attempt if it failed since.

    The state is “off” where no nightly backup is made: then somebody else has to.
    """

    state: State
    age: timedelta | None
    last: BackupRun | None
    failure: BackupRun | None

    @property
    def line(self) -> str:
        """Return a line for /health/, such as “warn, 2 days 3 h old, last attempt failed”."""
        parts: list[str] = [self.state, _old(self.age)]
        if self.failure:
            parts.append("last attempt failed")
        return ", ".join(parts)


def _old(age: timedelta | None) -> str:
    if age is None:
        return "none yet"
    hour = timedelta(hours=1)
    return f"{times.duration(age - age % hour if age > hour else age)} old"


def current(now: datetime) -> Status:
    """Takes two queries."""
    runs = BackupRun.objects.newest_first()
    last = runs.succeeded().first()
    failure = runs.failed().first()
    if failure and last and failure.started_at <= last.started_at:
        failure = None
    age = max(now - last.started_at, timedelta(0)) if last else None
    return Status(_state(age, failure), age, last, failure)


def _state(age: timedelta | None, failure: BackupRun | None) -> State:
    if not settings.BACKUP_NIGHTLY:
        return "off"
    return "warn" if age is None or age > OLD or failure else "ok"


def shares_a_disk() -> bool:
    """Return whether the backups are on the disk of the embedded database, and lost with it."""
    if not settings.DATABASE_IS_EMBEDDED:
        return False
    try:
        database = os.stat(settings.EMBEDDED_POSTGRES.folder).st_dev
        return os.stat(_existing(settings.BACKUP_DIR)).st_dev == database
    except OSError:
        return False


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())
