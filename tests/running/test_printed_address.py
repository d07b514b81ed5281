"""Commands in another shell print the address at which the server really runs."""

from __future__ import annotations

import fcntl
import subprocess
import sys

import pytest

from config.running import LOCK, address_of_server
from tests.running.server import ROOT, environment

PRINT = "from django.conf import settings; print(settings.SITE_URL)"


def printed(folder, **variables: str) -> str:
    """Return the site's address as a command prints it, in a shell with these variables."""
    bare = environment(folder, DJANGO_SETTINGS_MODULE="config.settings", **variables)
    bare.pop("PORT", None) if "PORT" not in variables else None
    asked = subprocess.run(
        [sys.executable, "-c", PRINT],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        check=True,
    )
    return asked.stdout.strip()


@pytest.fixture
def lock(tmp_path):
    """The lock of a server on port 8123, as it is written; not held."""
    (tmp_path / LOCK).write_text("http://127.0.0.1:8123/ (process 1)")
    with open(tmp_path / LOCK, "a+") as opened:
        yield opened


def test_the_port_of_the_running_server_is_printed(tmp_path, lock):
    fcntl.flock(lock, fcntl.LOCK_EX)

    assert printed(tmp_path) == "http://127.0.0.1:8123"
    assert printed(tmp_path, PORT="8000") == "http://127.0.0.1:8123"
    assert printed(tmp_path, SITE_URL="https://nt.example.com") == "https://nt.example.com"


def test_the_address_of_a_server_that_was_killed_is_forgotten(tmp_path, lock):
    """A process with the same number may be alive, as in a container that was started again."""
    assert printed(tmp_path) == "http://127.0.0.1:8000"
    assert printed(tmp_path, PORT="8001") == "http://127.0.0.1:8001"


@pytest.mark.parametrize("written", ["", "banana", "http://127.0.0.1:8123"])
def test_a_lock_that_says_nothing_useful_names_no_address(tmp_path, written):
    (tmp_path / LOCK).write_text(written)
    with open(tmp_path / LOCK, "a+") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)

        assert address_of_server(tmp_path) == ""


def test_without_a_folder_there_is_no_server(tmp_path):
    assert address_of_server(tmp_path / "nowhere") == ""
