"""Writing a backup as one stream. Memory does not grow with its size."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO, Self

from backups.archive import form

CHUNK = 1024 * 1024
_SUMS_IN_MEMORY = 1024 * 1024


class Writer:
    """A backup being written into `file`. It is complete once `finish` has returned."""

    def __init__(self, file: BinaryIO, *, at: datetime) -> None:
        self._file = file
        self._modified_at = int(at.timestamp())
        self._digest = form.Digest()
        self._sums = tempfile.SpooledTemporaryFile(_SUMS_IN_MEMORY)  # noqa: SIM115 (see __exit__)
        self.add(form.FIRST, form.first())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._sums.close()

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._digest.size

    def add(self, name: str, content: bytes) -> None:
        self._write(form.header(name, len(content), self._modified_at))
        self._write(content)
        self._write(form.padding(len(content)))
        self._sums.write(form.sum_line(hashlib.sha256(content).hexdigest(), name))

    def add_file(self, name: str, source: BinaryIO, size: int, *, modified_at: float) -> bool:
        """Add the first `size` bytes of `source`; False where it had fewer, and zeros follow."""
        self._write(form.header(name, size, max(int(modified_at), 0)))
        digest, missing = hashlib.sha256(), size
        is_whole = True
        while missing:
            content = source.read(min(CHUNK, missing))
            if not content:
                is_whole, content = False, bytes(min(CHUNK, missing))
            digest.update(content)
            self._write(content)
            missing -= len(content)
        self._write(form.padding(size))
        self._sums.write(form.sum_line(digest.hexdigest(), name))
        return is_whole

    def finish(self, manifest: Mapping[str, Any]) -> form.Seal:
        """Write the end. `manifest` may hold whatever JSON can."""
        offset, size, sha256 = self.size, self._sums.tell(), hashlib.sha256()
        self._write(form.header(form.SUMS, size, self._modified_at))
        self._sums.seek(0)
        while content := self._sums.read(CHUNK):
            sha256.update(content)
            self._write(content)
        self._write(form.padding(size))
        sums = {"offset": offset, "size": size, "sha256": sha256.hexdigest()}
        at = self.size
        described = json.dumps({**manifest, "sums": sums}, indent=1, ensure_ascii=True).encode()
        self.add(form.MANIFEST, described)
        seal = self._digest.seal(at)
        self._file.write(seal.tobytes())
        return seal

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._digest.update(content)
