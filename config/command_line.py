"""The command line: runs one command of manage.py, and answers what goes wrong in one line.

Where no DATABASE_URL is set, the embedded PostgreSQL runs for as long as a command needs it,
whether or not script/server is running at the same time.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from types import FrameType
from typing import NoReturn

_WITHOUT_DATABASE = {
    *("", "help", "version", "--version", "--help", "-h"),
    *("check", "collectstatic", "makemessages", "serve"),
}
_SERVERS = {"serve", "runserver", "testserver"}  # they handle signals themselves
_UNREACHABLE = ("08", "28", "3D", "57P")  # classes of SQLSTATE: connection, password, name, stop
_NO_SUCH_TABLE = ("42P01", "42703")


def main(arguments: Sequence[str]) -> None:
    """Run the command in `arguments`, which are those of the process. Exits where it fails.

    With --traceback, errors are raised as they are.
    """
    command = arguments[1] if len(arguments) > 1 else ""
    if command not in _SERVERS:
        _prepare_process()
    try:
        _run(command, arguments)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(128 + signal.SIGINT)
    except BrokenPipeError:  # whoever read the output has read enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
    except Exception as error:
        if "--traceback" in arguments or not (message := _explanation(error)):
            raise
        sys.exit(message)


def _prepare_process() -> None:
    # A pool serves many requests; a command has one connection, and should not wait for another.
    os.environ.setdefault("DATABASE_POOL_SIZE", "0")
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _exit_on_signal)  # so that what was started is stopped
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # file names may be any bytes


def _exit_on_signal(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _run(command: str, arguments: Sequence[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    with _database_for(command, arguments):
        execute_from_command_line(list(arguments))


def _database_for(command: str, arguments: Sequence[str]) -> AbstractContextManager[None]:
    """Keep the embedded PostgreSQL running while `command` needs it."""
    import django
    from django.conf import settings
    from django.core.management import get_commands

    if command in _WITHOUT_DATABASE or {"--help", "-h"} & set(arguments):
        return nullcontext()
    if not settings.DATABASE_IS_EMBEDDED:
        return nullcontext()
    django.setup()
    if command not in get_commands():
        return nullcontext()
    return settings.EMBEDDED_POSTGRES.in_use()


def _explanation(error: Exception) -> str:
    """A line that says what went wrong and what to do; empty for a fault of the program."""
    from django import db
    from django.core.exceptions import PermissionDenied

    from config.embedded import EmbeddedError
    from config.environment import WrongSetting
    from core.errors import DomainError

    if isinstance(error, (WrongSetting, EmbeddedError, DomainError, PermissionDenied)):
        return str(error)
    if isinstance(error, db.Error):
        return _explanation_of_database(error)
    if isinstance(error, UnicodeEncodeError):
        return "An argument is not valid UTF-8."
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}."
    return ""


def _explanation_of_database(error: Exception) -> str:
    cause = error.__cause__ or error
    code = getattr(cause, "sqlstate", None) or ""
    why = str(error).strip().split("\n", 1)[0].rstrip(".")
    if code in _NO_SUCH_TABLE:
        return f"The database has no tables of this version ({why}); run “manage.py prepare”."
    if type(error).__name__ in ("OperationalError", "InterfaceError") and (
        not code or code.startswith(_UNREACHABLE)
    ):
        return f"The database cannot be reached ({why}). Check that it runs, and DATABASE_URL."
    return f"The database refused this: {why}."
