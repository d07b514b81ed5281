"""The source of an imported document."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from core.text import shown
from incidents.models import ImportedFile


@dataclass(frozen=True)
class Source:
    """The place of one file: its absolute path, or a named source and the path within it.

    `real` is the file itself, `root` the folder of a named source, as they are now.
    """

    path: str
    name: str = ""
    real: Path | None = None
    root: Path | None = None

    @classmethod
    def of(cls, path: Path, *, name: str = "", root: Path | None = None) -> Source:
        """Return the place of the file at `path`, links resolved; relative to `root` for a
        source `name`.
        """
        real = path.resolve()
        if name and root is not None:
            base = root.resolve()
            return cls(real.relative_to(base).as_posix(), name, real, base)
        return cls(real.as_posix(), real=real)

    @property
    def key(self) -> str:
        """The identity of this place, as stored in ImportedFile."""
        return _digest(f"{self.name}\0{self.path}")

    @property
    def stored_path(self) -> str:
        """The path in characters that the database can store."""
        return shown(self.path)

    def still_has(self, file: ImportedFile) -> bool:
        """Return True if the place of `file` still holds a file other than this one.

        That is assumed for a place in another named source, which cannot be checked.
        """
        if file.source and file.source != self.name:
            return True
        if file.source and self.root is None:
            return False
        there = self.root / file.path if self.root and file.source else Path(file.path)
        return there.exists() and there.resolve() != self.real


def unplaced_key(content: str, incident: int) -> str:
    """Return the key of a document that comes from no file, such as pasted text."""
    return f"text/{incident}/{content[:32]}"


def _digest(text: str) -> str:
    return hashlib.blake2b(os.fsencode(text), digest_size=32).hexdigest()
