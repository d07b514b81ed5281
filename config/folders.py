"""Folders that nobody else on the machine may read: var/, and the embedded database's socket."""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
import tempfile
from pathlib import Path

LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107 bytes, and the server appends ".lock"
_OTHERS = 0o077


def make_private(folder: Path) -> None:
    """Make `folder`, which is created where it is missing, and all within it the owner's alone.

    Root keeps the way open through `folder` itself, because its database runs as another user.
    A folder that was private already is not looked into, nor one that belongs to another user.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = folder.stat().st_mode
    if folder.stat().st_uid != os.geteuid() or mode & stat.S_ISVTX:
        return
    shared = 0o066 if os.geteuid() == 0 else _OTHERS
    if mode & shared:
        folder.chmod(stat.S_IMODE(mode) & ~shared)
    for entry in os.scandir(folder):
        with contextlib.suppress(FileNotFoundError):
            _close(entry)


def _close(entry: os.DirEntry[str]) -> None:
    status = entry.stat(follow_symlinks=False)
    ours = status.st_uid == os.geteuid()
    if not ours or entry.is_symlink() or not status.st_mode & _OTHERS:
        return
    os.chmod(entry.path, stat.S_IMODE(status.st_mode) & ~_OTHERS)
    if entry.is_dir(follow_symlinks=False):
        for inner in os.scandir(entry.path):
            _close(inner)


def socket_folder(folder: Path) -> Path:
    """Return where the server of the data folder `folder` has its socket.

    That is `folder` itself. Where its path is too long for a socket, or has a comma, which clients
    take for the end of it, it is a private folder with a name that nobody can guess, below the
    system's temporary one. A file beside `folder` keeps its path; a new one is made where that one
    is gone or is not private.
    """
    if "," not in str(folder) and len(os.fsencode(folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
        return folder
    record = folder.with_name(f"{folder.name}.socket")
    with contextlib.suppress(FileNotFoundError):
        known = Path(os.fsdecode(record.read_bytes()))
        if is_private(known):
            return known
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="nevertwice-"))
    if not is_private(made):
        raise PermissionError(f"{made.parent} is writable for others and not sticky.")
    replace(record, os.fsencode(made))
    return made


def is_private(folder: Path) -> bool:
    """Return True if `folder` is a real folder of ours that nobody else may enter or replace."""
    try:
        status, above = folder.lstat(), folder.parent.stat()
    except OSError:
        return False
    replaceable = above.st_mode & 0o022 and not above.st_mode & stat.S_ISVTX
    return (
        stat.S_ISDIR(status.st_mode)
        and stat.S_IMODE(status.st_mode) == 0o700
        and status.st_uid in _ourselves()
        and not replaceable
    )


def _ourselves() -> set[int]:
    """The user that we are, and the one that root lends its database."""
    ours = {os.geteuid()}
    if os.geteuid() == 0:
        with contextlib.suppress(KeyError):
            ours.add(pwd.getpwnam("nevertwice").pw_uid)
    return ours


def replace(path: Path, content: bytes, owner: tuple[int, int] | None = None) -> None:
    """Write a file that only its owner may read, whole or not at all. A link at `path` is replaced
    and not followed. `owner` is a user and a group, by number; by default they are ours."""
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        if owner:
            os.fchown(file.fileno(), *owner)
    os.replace(made, path)
