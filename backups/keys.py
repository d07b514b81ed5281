"""Keys of the installation, which the database does not hold: into a backup by choice only."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

MEMBER = "keys.json"
TO_SET = "restored-keys.env"


def held() -> dict[str, str]:
    """Each key by the variable that sets it."""
    keys = {"SECRET_KEY": settings.SECRET_KEY}
    if settings.CHANNEL_KEYS:
        keys["CHANNEL_KEY"] = ",".join(settings.CHANNEL_KEYS)
    return keys


def tobytes() -> bytes:
    return json.dumps(held(), indent=1).encode()


def fingerprints() -> dict[str, str]:
    """Enough of each key's digest to tell whether two are the same, and nothing about the key."""
    return {name: _fingerprint(key) for name, key in held().items()}


def _fingerprint(key: str) -> str:
    return hashlib.sha256(f"nevertwice backup {key}".encode()).hexdigest()[:8]


def differing(of_backup: Mapping[str, str]) -> list[str]:
    """Names of keys that the backup's installation had, and that this one has not."""
    here = fingerprints()
    return [name for name, mark in of_backup.items() if here.get(name) != mark]


def restore(content: bytes) -> list[str]:
    """Put the keys of a backup into effect, and return what the operator has to do, a line each.

    A key that the environment sets cannot be changed from here: it is written to a file.
    """
    keys: dict[str, Any] = json.loads(content)
    to_set = {name: key for name, key in keys.items() if held().get(name) != key}
    if not os.environ.get("SECRET_KEY", "").strip() and "SECRET_KEY" in to_set:
        _write(Path(settings.VAR_DIR) / "secret_key", to_set.pop("SECRET_KEY"))
    if not to_set:
        return []
    path = Path(settings.VAR_DIR) / TO_SET
    _write(path, "".join(f"{name}={key}\n" for name, key in to_set.items()))
    return [f"Put the lines of {path} into .env, then delete that file: {', '.join(to_set)}."]


def _write(path: Path, text: str) -> None:
    made = path.with_name(f"{path.name}.{os.getpid()}")
    made.touch(mode=0o600)
    made.write_text(text)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(made, owner.st_uid, owner.st_gid)
    made.replace(path)
