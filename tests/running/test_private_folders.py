"""Nobody else on the machine reads what is in var/, or gets at the embedded database."""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from config.embedded import NAME, Server
from config.folders import is_private, make_private, socket_folder
from tests.running import server as running
from tests.running.another_user import as_user, readable
from tests.running.test_embedded import folder

__all__ = ["folder"]

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user"),
]
NAMES = ["postgres", "it's a, folder", "long" * 40]


def reaching(server: Server) -> Callable[[], None]:
    """Connect as somebody who knows where the socket is."""
    where = str(socket_folder(server.folder))
    return lambda: psycopg.connect(host=where, user=NAME, dbname=NAME).close()


@pytest.mark.parametrize("name", NAMES)
def test_another_user_cannot_connect(folder, name):
    server = Server(folder / name / "postgres", durable=False)

    with server.in_use():
        reach = reaching(server)
        assert as_user("nobody", reach) == "OperationalError"
        # Also where they reach the socket: then PostgreSQL itself refuses them.
        for on_the_way in (socket_folder(server.folder), server.folder.parent, folder):
            on_the_way.chmod(0o755)
        assert as_user("nobody", reach) == "OperationalError"
        assert as_user(str(server.system_user), reach) == "done"


def test_it_does_not_run_as_nobody(folder):
    server = Server(folder / "postgres", durable=False)

    with server.in_use():
        process = server.process()
        assert process is not None
        assert process.username() == NAME


@pytest.mark.parametrize("name", NAMES)
def test_access_for_everybody_given_by_an_earlier_version_is_taken_back(folder, name):
    server = Server(folder / name / "postgres", durable=False)
    with server.in_use():
        pass
    (server.folder / "pg_hba.conf").write_text("local all all trust\n")

    with server.in_use():
        reach = reaching(server)
        socket_folder(server.folder).chmod(0o755)
        server.folder.parent.chmod(0o755)
        assert as_user("nobody", reach) == "OperationalError"


def test_access_is_taken_back_from_a_server_that_runs(folder):
    server = Server(folder / "postgres", durable=False)
    with server.in_use():
        (server.folder / "pg_hba.conf").write_text("local all all trust\n")

        server.start()

        assert "trust" not in (server.folder / "pg_hba.conf").read_text()


def test_a_link_in_place_of_the_access_rules_is_not_followed(folder):
    server = Server(folder / "postgres", durable=False)
    with server.in_use():
        pass
    precious = folder / "shadow"
    precious.write_text("root:*")
    (server.folder / "pg_hba.conf").unlink()
    (server.folder / "pg_hba.conf").symlink_to(precious)

    with server.in_use():
        reaching(server)()

    assert precious.read_text() == "root:*"
    assert precious.stat().st_uid == 0


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_folder_that_somebody_else_made_for_the_socket_is_not_used(folder, name):
    data = folder / name / "postgres"
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    foreseen = Path(tempfile.gettempdir()) / f"{NAME}-{digest}"
    as_user("nobody", lambda: foreseen.mkdir(mode=0o777))
    try:
        with Server(data, durable=False).in_use():
            assert socket_folder(data) != foreseen
            assert not [*foreseen.iterdir()]
            assert foreseen.stat().st_uid == pwd.getpwnam("nobody").pw_uid
    finally:
        foreseen.rmdir()


def another_folder(path):
    path.rmdir()
    as_user("nobody", lambda: path.mkdir(mode=0o700))


def a_link(path):
    path.rmdir()
    path.symlink_to("/etc")


def open_to_all(path):
    path.chmod(0o755)


@pytest.mark.parametrize("change", [another_folder, a_link, open_to_all])
def test_a_socket_folder_that_is_not_ours_alone_any_more_is_given_up(folder, change):
    data = folder / "a, b" / "postgres"
    before = socket_folder(data)
    assert is_private(before)
    assert socket_folder(data) == before

    change(before)
    try:
        with Server(data, durable=False).in_use():
            assert socket_folder(data) != before
            assert is_private(socket_folder(data))
        assert Path("/etc").stat().st_uid == 0
    finally:
        before.unlink() if before.is_symlink() else before.rmdir()


def test_what_an_earlier_version_left_open_is_closed(folder):
    folder.chmod(0o755)
    var = folder / "var"
    (var / "uploads" / "deep").mkdir(parents=True)
    (var / "secret_key").write_text("x")
    (var / "uploads" / "deep" / "graph.png").write_text("x")
    (var / "elsewhere").symlink_to("/etc")
    for path in [var, *var.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o777)
    etc = Path("/etc").stat().st_mode

    make_private(var)

    assert readable(str(var)) == [str(var / "elsewhere")]
    assert stat.S_IMODE(var.stat().st_mode) == 0o711
    assert stat.S_IMODE((var / "uploads" / "deep" / "graph.png").stat().st_mode) == 0o700
    assert Path("/etc").stat().st_mode == etc


def test_a_folder_that_all_share_stays_as_it_is(folder):
    folder.chmod(0o1777)

    make_private(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o1777


def test_a_server_that_runs_has_nothing_that_others_may_read(folder):
    var = folder / "var"
    var.mkdir(mode=0o755)
    one = running.Server(var)
    try:
        one.start_and_wait()
        assert readable(str(var)) == []
        open_to_others = [
            str(path.relative_to(var))
            for path in var.rglob("*")
            if not path.is_symlink() and not path.is_socket() and path.stat().st_mode & 0o077
        ]
        assert open_to_others == []
        assert len([*var.rglob("*")]) > 100
    finally:
        one.end()
