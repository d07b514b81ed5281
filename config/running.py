"""The address of the server that runs from a folder, for commands started in another shell."""

from __future__ import annotations

import fcntl
import re
from pathlib import Path

LOCK = "server.lock"
_WRITTEN = re.compile(r"(https?://\S+?)/ \(process \d+\)")


def address_of_server(var_dir: Path) -> str:
    """Return what the server that runs from `var_dir` calls itself; empty where none runs."""
    try:
        with open(var_dir / LOCK) as lock:
            written = _WRITTEN.match(lock.read())
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return written[1] if written else ""
    except OSError:
        return ""
    return ""
