"""Making a backup: one file, complete or not there at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
from django.conf import settings

from backups import dumping, keys, uploads
from backups.archive import Writer
from backups.version import product_version
from core.errors import DomainError
from core.templatetags.ui import counted

PART_SUFFIX = ".nevertwice-part"
RESERVE = 64 * 1024 * 1024  # bytes that a backup leaves free: the database needs some
_COMPRESSED = 0.5  # of a table's size at most, by experience a third
_EVERY = 16 * 1024 * 1024  # bytes after which the free space is looked at again


class NoSpace(DomainError):
    """The disk has not enough free space for a backup."""


class FileExists(DomainError):
    """There is a file of this name, which is not overwritten."""


@dataclass(frozen=True)
class Made:
    """A finished backup."""

    path: Path
    size: int
    rows: int
    uploads: uploads.Uploads

    @property
    def warning(self) -> str:
        """Sentences about uploads that are not in it as they should be; empty where all are."""
        found = self.uploads
        sentences = []
        if found.missing_count:
            sentences.append(
                f"{counted(found.missing_count, 'upload')} of which the database knows not found "
                f"on disk, so not in the backup: {_listed(found.missing, found.missing_count)}."
            )
        if found.changed:
            sentences.append(f"Shorter than at the start of the copy: {_listed(found.changed, 0)}.")
        return " ".join(sentences)


def _listed(names: list[str], number: int) -> str:
    shown = ", ".join(ascii(name)[1:-1] for name in names)
    return f"{shown}, …" if number > len(names) else shown


def make(connection: psycopg.Connection[Any], path: Path, *, with_keys: bool, at: datetime) -> Made:
    """Write the state of this moment to `path`, which must not exist.

    `connection` is from `dumping.connect`. Raises NoSpace, FileExists, BeingUpgraded,
    psycopg.Error, and OSError where the disk fails; then there is no file.
    """
    if path.exists() or path.is_symlink():
        raise FileExists(f"{path} exists already. Choose another name.")
    prepare_folder(path.parent)
    require_space(connection, path.parent)
    with _written_whole(path) as file, Writer(file, at=at) as writer:
        with dumping.snapshot(connection) as dumped:
            if with_keys:
                writer.add(keys.MEMBER, keys.tobytes())
            dumping.dump(connection, dumped, writer.add)
            columns = {table["name"]: table["columns"] for table in dumped.tables}
            with connection.cursor() as cursor:
                found = uploads.add_all(writer, cursor, columns)
        writer.finish(_manifest(dumped, found, with_keys=with_keys, at=at))
        size = file.tell()
    return Made(path, size, dumped.rows, found)


def _manifest(
    dumped: dumping.Dumped, found: uploads.Uploads, *, with_keys: bool, at: datetime
) -> dict[str, Any]:
    return {
        "product": "Nevertwice",
        "version": product_version(),
        "created_at": at.isoformat(),
        "site_url": settings.SITE_URL,
        "postgresql": dumped.postgresql,
        "migrations": dumped.migrations,
        "tables": dumped.tables,
        "sequences": dumped.sequences,
        "uploads": {
            "number": found.number,
            "size": found.size,
            "missing": found.missing,
            "missing_count": found.missing_count,
        },
        "keys": {"included": with_keys, "fingerprints": keys.fingerprints()},
    }


def prepare_folder(folder: Path) -> None:
    """Make the folder where it is missing, for its owner only."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def require_space(connection: psycopg.Connection[Any], folder: Path) -> None:
    """Raises NoSpace where the largest size that the backup may have does not fit."""
    [tables] = connection.execute(
        "SELECT coalesce(sum(pg_table_size(oid)), 0)::bigint FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        " AND NOT relname = ANY(%s)",
        [list(dumping.schema.LEFT_OUT)],
    ).fetchone() or (0,)
    needed = int(tables * _COMPRESSED) + uploads.total_size() + RESERVE
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise NoSpace(
            f"Only {megabytes(free)} are free in {folder}; a backup may need "
            f"{megabytes(needed)}. Free some space, or set BACKUP_DIR to another disk."
        )


def megabytes(size: int) -> str:
    return f"{max(size / 1_000_000, 0.1):,.1f} MB"


@contextlib.contextmanager
def _written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name when the block has ended, else not at all."""
    part = path.with_name(path.name + PART_SUFFIX)
    part.unlink(missing_ok=True)  # of a backup that was killed: the lock says that none runs
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield _Careful(file, path.parent)  # type: ignore[misc]
            file.flush()
            os.fsync(file.fileno())
        os.rename(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _Careful:
    """A file that is not written on once the disk is nearly full."""

    def __init__(self, file: BinaryIO, folder: Path) -> None:
        self._file, self._folder = file, folder
        self._unchecked = 0

    def write(self, content: bytes) -> int:
        self._unchecked += len(content)
        if self._unchecked >= _EVERY:
            self._unchecked = 0
            if shutil.disk_usage(self._folder).free < RESERVE // 2:
                raise NoSpace(f"The disk of {self._folder} is nearly full.")
        return self._file.write(content)

    def tell(self) -> int:
        return self._file.tell()
