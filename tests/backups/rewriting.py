"""Backups that this version would not have written, made out of one that it did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from backups.archive import Archive, Member, Writer
from tests.factories import NOON


def rewritten(
    path: Path,
    to: Path,
    *,
    change: Callable[[dict[str, Any]], None] = lambda manifest: None,
    keep: Callable[[Member], bool] = lambda member: True,
    add: dict[str, bytes] | None = None,
) -> Path:
    """Copy the backup at `path`, with `change` made to its manifest and only members to `keep`."""
    with Archive(path) as archive, open(to, "wb") as file, Writer(file, at=NOON) as writer:
        for member in archive.members():
            if keep(member):
                writer.add(member.name, member.content.read())
        for name, content in (add or {}).items():
            writer.add(name, content)
        manifest = archive.manifest
        change(manifest)
        writer.finish(manifest)
    return to
