"""Checking a backup, then reading it from its first member to its last."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

from backups.archive import form

CHUNK = 1024 * 1024
_FIRST = re.compile(rb"nevertwice backup (\d{1,9})\n")


@dataclass(frozen=True)
class Member:
    """A part of a backup. `content` is read once, from start to end, before the next member."""

    name: str
    size: int
    modified_at: float
    content: BinaryIO


class Archive:
    """A backup of which every byte is as it was written. Close it, or use it in a `with` block."""

    def __init__(self, path: Path) -> None:
        """Check the whole file. Raises Unusable, and OSError where it cannot be read."""
        if path.exists() and not path.is_file():  # opening a named pipe would block
            raise form.NotABackup(f"{path} is not a file.")
        self._file = open(path, "rb")  # noqa: SIM115 (see close)
        try:
            seal = _checked(self._file, path)
            self.manifest: dict[str, Any] = json.loads(self._part(seal.manifest))
            sums = self.manifest["sums"]
            self._sums = self._part(sums["offset"])
            self._end = sums["offset"]
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def members(self) -> Iterator[Member]:
        """The content in its order, without what belongs to the format itself.

        Each digest is checked once more as its member is read. Raises Damaged.
        """
        self._file.seek(0)
        sums = io.BytesIO(self._sums)
        with tarfile.open(
            fileobj=self._file, mode="r:", encoding="utf-8", errors="surrogateescape"
        ) as tar:
            while self._file.tell() < self._end and (entry := tar.next()) is not None:
                tar.members = []  # type: ignore[attr-defined]  # else memory grows with each
                if entry.name == form.SUMS:
                    return
                content = _Checked(tar.fileobj, entry, sums.readline())  # type: ignore[arg-type]
                if entry.name != form.FIRST:
                    yield Member(entry.name, entry.size, entry.mtime, io.BufferedReader(content))
                content.finish()

    def _part(self, offset: int) -> bytes:
        self._file.seek(offset)
        with tarfile.open(fileobj=self._file, mode="r:") as tar:
            entry = tar.next()
            part = tar.extractfile(entry) if entry else None
            if part is None:
                raise form.Damaged("The backup's own description cannot be read.")
            return part.read()


def _checked(file: BinaryIO, path: Path) -> form.Seal:
    """The seal of the file, once it is known to fit every byte before it."""
    size = os.fstat(file.fileno()).st_size
    start = file.read(2 * form.BLOCK)
    number = _FIRST.match(start, form.BLOCK)
    if number and int(number[1]) > form.FORMAT:
        raise form.Newer(
            f"{path} was written by a newer version of Nevertwice, in a format that this version "
            "cannot read. Install that version or a later one, and restore with it."
        )
    file.seek(max(size - form.SEAL_SIZE, 0))
    seal = form.Seal.parse(file.read())
    if seal is None:
        if number or start.startswith(form.FIRST.encode()):
            raise form.Damaged(f"{path} is incomplete or damaged: its end is missing. {_NOTHING}")
        raise form.NotABackup(f"{path} is not a backup of Nevertwice.")
    digest, left = form.Digest(), size - form.SEAL_SIZE
    file.seek(0)
    while left and (content := file.read(min(CHUNK, left))):
        digest.update(content)
        left -= len(content)
    if digest.seal(seal.manifest) != seal:
        raise form.Damaged(f"{path} is damaged: its checksum does not match. {_NOTHING}")
    return seal


_NOTHING = "Nothing was restored. Use another backup."


class _Checked(io.RawIOBase):
    """The content of one member of a tar file. `finish` compares its digest."""

    def __init__(self, file: BinaryIO, entry: tarfile.TarInfo, expected: bytes) -> None:
        super().__init__()
        self._file, self._entry, self._expected = file, entry, expected
        self._at, self._end = entry.offset_data, entry.offset_data + entry.size
        self._sha256 = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._at)
        content = self._file.read(min(len(buffer), self._end - self._at))
        buffer[: len(content)] = content
        self._sha256.update(content)
        self._at += len(content)
        return len(content)

    def finish(self) -> None:
        """Read what is left. Raises Damaged where this is not what was written."""
        while self.readinto(bytearray(min(CHUNK, self._end - self._at) or 1)):
            pass
        name = self._entry.name
        if not self._entry.isreg() or form.sum_line(self._sha256.hexdigest(), name) != (
            self._expected
        ):
            raise form.Damaged(f"“{name}” in the backup changed while it was read. {_NOTHING}")
