"""Uploaded files into a backup and out of it.

An uploaded file is written before the row that names it is committed, and never changed. So files
that are copied after the snapshot of the database include every one that it names.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.apps import apps
from django.conf import settings
from django.db import models
from psycopg import Cursor, sql

from backups.archive import Damaged, Writer

FOLDER = "uploads"
STAGING = ".restoring"
_SHOWN = 20


@dataclass
class Uploads:
    """The uploads of a backup. `missing` names files that rows name and nobody has any more."""

    number: int = 0
    size: int = 0
    missing: list[str] = field(default_factory=list)
    missing_count: int = 0
    changed: list[str] = field(default_factory=list)

    def miss(self, name: str) -> None:
        self.missing_count += 1
        if len(self.missing) < _SHOWN:
            self.missing.append(name)


def add_all(writer: Writer, cursor: Cursor, columns: Mapping[str, Collection[str]]) -> Uploads:
    """Add every regular file of the uploads, and look for those that the database names.

    `columns` are those of the cursor's snapshot, by table.
    """
    found = Uploads()
    root = Path(settings.MEDIA_ROOT)
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        with contextlib.suppress(FileNotFoundError), _opened(path) as file:
            status = os.fstat(file.fileno())
            is_whole = writer.add_file(
                f"{FOLDER}/{name}", file, status.st_size, modified_at=status.st_mtime
            )
            found.number += 1
            found.size += status.st_size
            if not is_whole and len(found.changed) < _SHOWN:
                found.changed.append(name)
    for name in _named(cursor, columns):
        if not _is_file(root / name):
            found.miss(name)
    return found


def total_size() -> int:
    """Bytes of all uploads."""
    size = 0
    for path in _files(Path(settings.MEDIA_ROOT)):
        with contextlib.suppress(FileNotFoundError):
            size += path.lstat().st_size
    return size


def _files(folder: Path) -> Iterator[Path]:
    """Regular files below `folder`, in a fixed order. Links are not followed."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != STAGING)
        for name in sorted(names):
            path = Path(here) / name
            if _is_file(path):
                yield path


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def _named(cursor: Cursor, columns: Mapping[str, Collection[str]]) -> Iterator[str]:
    """The files that rows name, as the cursor's snapshot has them."""
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        for column in model._meta.concrete_fields:
            is_file = isinstance(column, models.FileField)
            name = column.column or ""
            if not is_file or name not in columns.get(table, ()):
                continue
            query = sql.SQL("SELECT {0} FROM {1} WHERE {0} <> '' ORDER BY 1").format(
                sql.Identifier(name), sql.Identifier(table)
            )
            yield from (file for (file,) in cursor.stream(query))


class Staged:
    """Uploads on their way back: complete in a folder of their own, then moved to their places.

    In a `with` block: what was not moved is deleted at its end, and what was moved is deleted
    unless `keep` was called.
    """

    def __init__(self) -> None:
        self._root = Path(settings.MEDIA_ROOT)
        self._folder = self._root / STAGING
        self._names: list[str] = []
        self._moved: list[Path] = []

    def __enter__(self) -> Staged:
        shutil.rmtree(self._folder, ignore_errors=True)  # of a restore that was killed
        return self

    def __exit__(self, *error: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        for path in self._moved:
            path.unlink(missing_ok=True)

    def add(self, name: str, content: BinaryIO, modified_at: float) -> None:
        """Raises Damaged for a name that leads out of the uploads."""
        parts = Path(name).parts
        if name.startswith("/") or not parts or ".." in parts or parts[0] == STAGING:
            raise Damaged(f"“{name}” is not a valid path for an upload. Nothing was restored.")
        path = self._folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            shutil.copyfileobj(content, file, 1024 * 1024)
            file.flush()
            os.fsync(file.fileno())
        os.utime(path, (modified_at, modified_at))
        self._names.append(name)

    def move(self) -> None:
        """Put every file into its place. One that is there already is replaced."""
        for name in self._names:
            place = self._root / name
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_new = not place.exists()
            os.replace(self._folder / name, place)
            if is_new:
                self._moved.append(place)
        self._give_to_the_owner()

    def keep(self) -> None:
        self._moved.clear()

    def _give_to_the_owner(self) -> None:
        """Run by root, the files belong to whom the product's folder belongs to."""
        if os.geteuid() != 0 or not self._root.exists():
            return
        owner = Path(settings.VAR_DIR).stat()
        for name in self._names:
            path = self._root / name
            for each in (path, *path.parents):
                if self._root.parent in each.parents:
                    os.chown(each, owner.st_uid, owner.st_gid)
