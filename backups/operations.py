"""Every write of backups: making one, keeping a record of it, deleting old files."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from backups import dumping, making, retention, schedule
from backups.models import BackupKind, BackupRun
from core.errors import DomainError

ONE_BACKUP = 6_338_710_554_127_203  # the advisory lock under which a backup is made
REMEMBERED = timedelta(days=400)  # for which the record of a run is kept
SUFFIX = ".tar"
_NIGHTLY = re.compile(r"nevertwice-nightly-\d{8}T\d{6}Z\.tar")

Clock = Callable[[], datetime]


class AlreadyRunning(DomainError):
    """Another process makes a backup of this database."""


@dataclass(frozen=True)
class Finished:
    """A backup that was made, with the record of it."""

    run: BackupRun
    made: making.Made


def file_name(kind: BackupKind, at: datetime) -> str:
    word = "nightly-" if kind == BackupKind.NIGHTLY else ""
    return f"nevertwice-{word}{at.astimezone(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"


def back_up(path: Path | None = None, *, with_keys: bool, clock: Clock) -> Finished:
    """Make a backup now, as the file `path` or under a name of its own in BACKUP_DIR.

    Raises AlreadyRunning, whatever `making.make` raises, and psycopg.OperationalError.
    """
    with _alone() as connection:
        at = clock()
        chosen = path or settings.BACKUP_DIR / file_name(BackupKind.COMMAND, at)
        return _recorded(connection, BackupKind.COMMAND, chosen, with_keys=with_keys, clock=clock)


def back_up_nightly(*, clock: Clock) -> Finished | None:
    """Make the nightly backup where it is due, and delete files that are too old.

    None where it is not due, or another process makes one. Calling it twice makes one backup.
    Raises what `making.make` raises.
    """
    if not is_nightly_due(clock()):
        return None
    try:
        with _alone() as connection:
            at = clock()
            if not is_nightly_due(at):
                return None
            path = settings.BACKUP_DIR / file_name(BackupKind.NIGHTLY, at)
            finished = _recorded(
                connection, BackupKind.NIGHTLY, path, with_keys=settings.BACKUP_KEYS, clock=clock
            )
            delete_old(at=clock())
            return finished
    except AlreadyRunning:
        return None


def is_nightly_due(now: datetime) -> bool:
    runs = BackupRun.objects.filter(kind=BackupKind.NIGHTLY).newest_first()
    success = runs.succeeded().first()
    failure = runs.failed().first()
    return schedule.is_due(
        now,
        hour=settings.BACKUP_HOUR,
        last_success=success.started_at if success else None,
        last_failure=failure.started_at if failure else None,
    )


@contextlib.contextmanager
def _alone() -> Iterator[psycopg.Connection[Any]]:
    """A connection that holds the lock for making a backup. Raises AlreadyRunning."""
    with dumping.connect() as connection:
        [is_ours] = connection.execute(
            "SELECT pg_try_advisory_lock(%s)", [ONE_BACKUP]
        ).fetchone() or (False,)
        if not is_ours:
            raise AlreadyRunning("Another backup is being made. Try again when it is done.")
        try:
            yield connection
        finally:
            # The server notices a closed connection a little later; the lock is free at once.
            with contextlib.suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock(%s)", [ONE_BACKUP])


def _recorded(
    connection: psycopg.Connection[Any],
    kind: BackupKind,
    path: Path,
    *,
    with_keys: bool,
    clock: Clock,
) -> Finished:
    _close_interrupted(at=clock())
    run = BackupRun.objects.create(
        kind=kind, started_at=clock(), path=str(path), has_keys=with_keys
    )
    try:
        made = making.make(connection, path, with_keys=with_keys, at=run.started_at)
    except BaseException as error:
        with contextlib.suppress(Exception):  # the database may be what failed
            _end(run, at=clock(), error=reason_of(error))
        raise
    run.size, run.warning = made.size, made.warning
    _end(run, at=clock())
    return Finished(run, made)


def _end(run: BackupRun, *, at: datetime, error: str = "") -> None:
    run.ended_at, run.error = at, error
    run.save(update_fields=["ended_at", "error", "size", "warning"])
    BackupRun.objects.filter(started_at__lt=at - REMEMBERED).delete()


def reason_of(error: BaseException) -> str:
    """A failure in one line, for administrators."""
    if isinstance(error, DomainError):
        return str(error)
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return "It was interrupted."
    if isinstance(error, OSError):
        return f"The file could not be written: {error.strerror or error}."
    return " ".join(f"{type(error).__name__}: {error}".split())[:2000]


def _close_interrupted(*, at: datetime) -> None:
    """Runs without an end were killed: the lock says that none is at work. Delete their files."""
    for run in BackupRun.objects.running():
        part = Path(run.path + making.PART_SUFFIX)
        with contextlib.suppress(OSError):
            part.unlink()
        _end(run, at=at, error="It was interrupted: its process was killed or the power failed.")


def delete_old(*, at: datetime) -> list[Path]:
    """Delete nightly backups of this installation that retention does not keep."""
    runs = {
        run.started_at: run
        for run in BackupRun.objects.filter(kind=BackupKind.NIGHTLY, deleted_at=None).succeeded()
        if _is_nightly_file(Path(run.path))
    }
    kept = retention.to_keep(
        runs, daily=settings.BACKUP_KEEP_DAILY, weekly=settings.BACKUP_KEEP_WEEKLY
    )
    deleted = []
    for run in (run for moment, run in runs.items() if moment not in kept):
        path = Path(run.path)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        run.deleted_at = at
        run.save(update_fields=["deleted_at"])
        deleted.append(path)
    return deleted


def _is_nightly_file(path: Path) -> bool:
    """Tell whether the file has a name of ours and is no link, so that nothing else is deleted."""
    return _NIGHTLY.fullmatch(path.name) is not None and path.is_file() and not path.is_symlink()
