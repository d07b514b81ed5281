"""Backups and restores that are killed, interrupted, or find the disk full."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from backups import making, operations
from backups.models import BackupRun
from incidents.models import Incident
from tests.backups.installations import ROOT, Installation
from tests.backups.rewriting import rewritten

pytestmark = [pytest.mark.usefixtures("django_db_unblocked"), pytest.mark.faults]
LARGE = 300_000_000  # bytes of an upload, so that there is time to interrupt


def started(installation: Installation, *arguments: object, **options) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env=installation.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def wait_for(process: subprocess.Popen[str], happened) -> None:
    give_up = time.monotonic() + 120
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < give_up
        time.sleep(0.005)


@pytest.fixture
def large(prepared) -> Installation:
    """An installation with one large upload."""
    (prepared.folder / "uploads").mkdir(parents=True)
    with open(prepared.folder / "uploads" / "large", "wb") as file:
        file.truncate(LARGE)
    return prepared


def parts(folder: Path) -> list[Path]:
    return list(folder.rglob(f"*{making.PART_SUFFIX}"))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_backup_leaves_nothing_that_looks_like_one(large, number):
    process = started(large, "backup")
    wait_for(process, lambda: any(path.stat().st_size > 20_000_000 for path in parts(large.folder)))

    process.send_signal(number)
    _, errors = process.communicate(timeout=60)

    assert list(large.folder.rglob("*.tar")) == []
    assert "Traceback" not in errors
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert "Interrupted. No backup was made." in errors
        assert parts(large.folder) == []
    with large.in_use():
        operations.back_up(large.folder / "next.tar", with_keys=False, clock=timezone.now)
        interrupted = BackupRun.objects.failed().get()
        assert "interrupted" in interrupted.error
    assert parts(large.folder) == []


def test_a_full_disk_leaves_no_file_and_a_sentence(large):
    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, 5_000_000))

    process = started(large, "backup", preexec_fn=small_files_only)
    _, errors = process.communicate(timeout=120)

    assert process.returncode == 1
    assert "No backup was made. The file could not be written" in errors
    assert "Traceback" not in errors
    assert [*large.folder.rglob("*.tar"), *parts(large.folder)] == []
    with large.in_use():
        assert "could not be written" in BackupRun.objects.get().error


def test_too_little_space_is_said_before_anything_is_written(prepared, monkeypatch):
    free = making.shutil.disk_usage(prepared.folder).free
    monkeypatch.setattr(making, "RESERVE", free + 1)
    with prepared.in_use(), pytest.raises(making.NoSpace, match="Free some space"):
        operations.back_up(with_keys=False, clock=timezone.now)

    assert list((prepared.folder / "backups").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_restore_leaves_an_empty_installation(source, prepared, tmp_path, number):
    path = rewritten(source.path, tmp_path / "large.tar", add={"uploads/large": bytes(LARGE)})
    before = prepared.rows()
    process = started(prepared, "restore", path)
    staged = prepared.folder / "uploads" / ".restoring" / "large"
    wait_for(process, lambda: staged.exists() and staged.stat().st_size > 1_000_000)

    process.send_signal(number)
    _, errors = process.communicate(timeout=60)

    assert "Traceback" not in errors
    assert process.returncode == (130 if number == signal.SIGINT else -signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, 0)
    assert prepared.rows() == before
    with prepared.in_use():
        call_command("restore", str(path))
        assert Incident.objects.exists()
    assert staged.parent.exists() is False
    assert (prepared.folder / "uploads" / "large").stat().st_size == LARGE


def test_a_database_that_cannot_be_reached_is_one_sentence(source, prepared):
    nowhere = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}
    for arguments in (("backup",), ("restore", source.path)):
        done = prepared.manage(*arguments, **nowhere)

        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "Connection refused" in done.stderr
