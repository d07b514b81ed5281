"""Reading a file of unknown content from disk, safely."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from core.errors import DomainError
from core.exchange.problems import Problem

MAX_BYTES = 5 * 1024 * 1024
_NOT_REGULAR = "This is not a regular file but {}."
_KINDS = [
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
]


class Unreadable(DomainError):
    """A file cannot be read as text. `problem` says why, and at which line."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.problem = Problem(line, message)


def kind_of(mode: int) -> str:
    """The kind of file that is no regular one, with its article; empty for a regular file."""
    if stat.S_ISREG(mode):
        return ""
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "a special file")


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Return at most `limit` + 1 bytes of the regular file at `path`.

    Never blocks on a pipe or device. Raises Unreadable with a sentence that says why not.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        before = os.stat(path)  # opening a device may already do something
        if kind := kind_of(before.st_mode):
            raise Unreadable(_NOT_REGULAR.format(kind))
        descriptor = os.open(path, flags)
        with open(descriptor, "rb") as file:
            if kind := kind_of(os.fstat(descriptor).st_mode):
                raise Unreadable(_NOT_REGULAR.format(kind))
            return file.read(limit + 1)
    except FileNotFoundError as error:
        raise Unreadable("There is no such file.") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise Unreadable(f"The file cannot be read: {why}.") from error


def read_text(path: Path) -> str:
    """The text of the file at `path`. Raises Unreadable with a sentence that says why not."""
    raw = read_bytes(path)
    if len(raw) > MAX_BYTES:
        raise Unreadable(
            f"The file is {_size(path, raw) / 1024 / 1024:.1f} MB; at most "
            f"{MAX_BYTES // 1024 // 1024} MB can be imported."
        )
    return decode(raw)


def _size(path: Path, raw: bytes) -> int:
    try:
        return max(path.stat().st_size, len(raw))
    except OSError:
        return len(raw)


def decode(raw: bytes) -> str:
    """`raw` as text. Raises Unreadable where it is not UTF-8 text."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("The file is UTF-16; save it as UTF-8.", 1)
    if (nul := raw.find(b"\0")) >= 0:
        raise Unreadable("This is not a text file: it holds NUL bytes.", _line_of(raw, nul))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The byte order mark, where there is one, is not counted in `error.start`.
        start = error.start + (len(raw) - len(error.object))
        raise Unreadable(
            f"The file is not UTF-8: byte 0x{raw[start]:02x}. Save it as UTF-8.",
            _line_of(raw, start),
        ) from error


def _line_of(raw: bytes, position: int) -> int:
    return raw.count(b"\n", 0, position) + 1
