"""Names, fixed parts and errors of the format.

    nevertwice-backup       the number of the format; always the first member
    …                       the content, in the order in which it is restored
    SHA256SUMS              the digest of each member before it, in the form of `sha256sum`
    manifest.json           a description of the content, and where SHA256SUMS is
    seal                    the digest of every byte before it; always the last 2,048 bytes

A seal can be calculated from the three values in it, so that a changed byte shows within it too.
"""

from __future__ import annotations

import hashlib
import re
import tarfile
from dataclasses import dataclass

from core.errors import DomainError

FORMAT = 1
FIRST, SUMS, MANIFEST, SEAL = "nevertwice-backup", "SHA256SUMS", "manifest.json", "seal"
BLOCK = 512
END = bytes(2 * BLOCK)  # the end of a tar archive
SEAL_SIZE = 2 * BLOCK + len(END)
_SEAL_LINE = re.compile(rb"sha256 ([0-9a-f]{64})\nsize (\d{20})\nmanifest (\d{20})\n")


class Unusable(DomainError):
    """A file that cannot be restored. `str()` of it says why."""


class NotABackup(Unusable):
    """The file is something else."""


class Damaged(Unusable):
    """The file was changed or cut off since it was written."""


class Newer(Unusable):
    """The file was written by a newer version of the product."""


def first(number: int = FORMAT) -> bytes:
    return f"nevertwice backup {number}\n".encode()


def header(name: str, size: int, modified_at: int = 0) -> bytes:
    """The tar header of a file of `size` bytes; `modified_at` in seconds since 1970."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, modified_at, 0o600
    return entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def padding(size: int) -> bytes:
    return bytes(-size % BLOCK)


@dataclass(frozen=True)
class Seal:
    """The end of a backup of `size` bytes before it, of which `manifest` is where the manifest's
    header begins."""

    sha256: str
    size: int
    manifest: int

    def tobytes(self) -> bytes:
        line = f"sha256 {self.sha256}\nsize {self.size:020}\nmanifest {self.manifest:020}\n"
        content = line.encode()
        return header(SEAL, len(content)) + content + padding(len(content)) + END

    @classmethod
    def parse(cls, end: bytes) -> Seal | None:
        """The seal that the last 2,048 bytes of a file are, None where they are no seal."""
        found = _SEAL_LINE.match(end, BLOCK)
        if found is None:
            return None
        seal = cls(found[1].decode(), int(found[2]), int(found[3]))
        return seal if seal.tobytes() == end else None


class Digest:
    """SHA-256 of a backup's bytes together with the two numbers of its seal."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self.size = 0

    def update(self, content: bytes) -> None:
        self._sha256.update(content)
        self.size += len(content)

    def seal(self, manifest: int) -> Seal:
        whole = self._sha256.copy()
        whole.update(f"{self.size} {manifest}".encode())
        return Seal(whole.hexdigest(), self.size, manifest)


def escaped(name: str) -> bytes:
    """`name` as `sha256sum` writes it: without line breaks. The second part of a line."""
    return (
        name.encode("utf-8", "surrogateescape")
        .replace(b"\\", b"\\\\")
        .replace(b"\n", b"\\n")
        .replace(b"\r", b"\\r")
    )


def sum_line(sha256: str, name: str) -> bytes:
    shown = escaped(name)
    mark = b"\\" if b"\\" in shown else b""
    return mark + sha256.encode() + b"  " + shown + b"\n"
