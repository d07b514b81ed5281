"""A backup of the embedded database, restored into another one: what a newcomer does."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.running.server import ROOT, environment

pytestmark = pytest.mark.faults
COUNT = "from incidents.models import Incident; print(Incident.objects.count())"


@pytest.fixture
def folder():
    """A folder that other users may pass through, as root's database needs; pytest's may not be."""
    with tempfile.TemporaryDirectory(prefix="nevertwice-") as made:
        yield Path(made).resolve()


def run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / ".venv/bin/python", *command],
        cwd=ROOT,
        env=environment(folder, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_lost_disk_is_restored_by_one_command(folder):
    old, new = folder / "old", folder / "new"
    assert run(old, "manage.py", "prepare").returncode == 0
    made = run(old, "manage.py", "backup", "--with-keys")
    assert made.returncode == 0, made.stderr
    [path] = (old / "backups").glob("*.tar")
    key = (old / "secret_key").read_text()

    done = run(new, "script/restore", str(path))

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert (new / "secret_key").read_text() == key
    assert run(new, "manage.py", "prepare").stdout.strip() == "Collecting static files.\n" * 1 + (
        "Loading the seeded incidents, patterns and playbooks."
    )
    assert run(new, "manage.py", "shell", "-v", "0", "-c", COUNT).stdout.strip() == "6"
    assert run(new, "manage.py", "backup").returncode == 0

    refused = run(new, "manage.py", "restore", str(path))

    assert refused.returncode == 1
    assert "not empty" in refused.stderr
