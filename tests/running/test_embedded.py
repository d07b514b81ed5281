"""The embedded PostgreSQL by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from config.embedded import NAME, EmbeddedError, Server, socket_folder
from tests.running.server import ROOT

pytestmark = pytest.mark.faults


@pytest.fixture
def folder():
    """A folder that other users may pass through, as root's database needs; pytest's may not be."""
    with tempfile.TemporaryDirectory(prefix="nevertwice-") as made:
        yield Path(made).resolve()


def connect(server: Server) -> psycopg.Connection:
    return psycopg.connect(host=str(socket_folder(server.folder)), user=NAME, dbname=NAME)


@pytest.mark.parametrize("name", ["postgres", "it's a, folder", "long" * 40])
def test_it_runs_in_a_folder_of_any_name_and_stops_with_its_last_user(folder, name):
    server = Server(folder / name / "postgres", durable=False)

    with server.in_use():
        with Server(server.folder).in_use():
            pass
        with connect(server) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)

    assert server.process() is None


def test_what_was_committed_is_there_after_a_kill(folder):
    server = Server(folder / "postgres")
    with server.in_use():
        with connect(server) as connection:
            connection.execute("CREATE TABLE promise AS SELECT 'kept' AS word")
        running = server.process()
        assert running is not None
        running.kill()
        while server.process() is not None:
            time.sleep(0.05)

        server.start()

        with connect(server) as connection:
            assert connection.execute("SELECT word FROM promise").fetchone() == ("kept",)


def test_a_server_left_by_a_killed_process_is_used_and_stopped_by_the_next(folder):
    server = Server(folder / "postgres", durable=False)
    script = (
        "import os, sys; from pathlib import Path; from config.embedded import Server\n"
        "with Server(Path(sys.argv[1])).in_use(): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, server.folder], cwd=ROOT, check=False)
    left = server.process()
    assert left is not None

    with server.in_use():
        assert server.process() == left

    assert server.process() is None


def test_another_program_with_the_number_of_a_killed_server_is_left_alone(folder):
    server = Server(folder / "postgres", durable=False)
    with server.in_use():
        pass
    (server.folder / "postmaster.pid").write_text(f"{os.getpid()}\n{server.folder}\n")

    with server.in_use():
        assert server.process() is not None


def test_a_folder_that_holds_something_else_is_not_touched(folder):
    (folder / "postgres").mkdir()
    (folder / "postgres" / "letters.txt").write_text("dear all")

    with pytest.raises(EmbeddedError, match="is not empty"), Server(folder / "postgres").in_use():
        pass

    assert (folder / "postgres" / "letters.txt").read_text() == "dear all"


def test_a_database_of_another_major_version_is_refused(folder):
    server = Server(folder / "postgres", durable=False)
    with server.in_use():
        pass
    (server.folder / "PG_VERSION").write_text("17\n")

    with pytest.raises(EmbeddedError, match="was made by PostgreSQL 17"), server.in_use():
        pass
