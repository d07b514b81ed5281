"""Celery’s broker of files in folders, whose messages and tables are whole or not there.

kombu’s own names a message before it writes it, and makes a table empty before it fills it. Whoever
reads in between, or after a process was killed there, finds half of it, and that ends a worker.
Here everything is written aside and renamed, and what is not whole nevertheless is passed over.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.transport.filesystem import exchange_queue_t as Binding
from kombu.utils.json import dumps, loads

log = logging.getLogger("nevertwice.broker")


class Channel(filesystem.Channel):
    """Folders as kombu's: `data_folder_in` and `_out`, `processed_folder`, `control_folder`."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        _write(Path(self.data_folder_out, name), payload)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] == f"{queue}.msg":
                message = self._take(name)
                if message is not None:
                    return message
        raise Empty

    def _take(self, name: str) -> Any:
        """The message of that name, which nobody else gets; None where somebody else did."""
        taken = Path(self.processed_folder, name)
        try:
            Path(self.data_folder_in, name).rename(taken)
        except FileNotFoundError:
            return None
        message = _read(taken)
        taken.unlink()
        return message

    def get_table(self, exchange: str) -> list[Binding]:  # type: ignore[override]
        """The queues that are bound to `exchange`."""
        return [Binding(*each) for each in _read(self._table_file(exchange)) or []]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        binding = Binding(routing_key or "", pattern or "", queue or "")
        with self._changing(exchange) as table:
            if binding not in table:
                table.insert(0, binding)

    def _delete(
        self,
        queue: str,
        exchange: str,
        routing_key: str,
        pattern: str,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        self._purge(queue)
        binding = Binding(routing_key or "", pattern or "", queue or "")
        with self._changing(exchange) as table:
            if binding in table:
                table.remove(binding)

    def _table_file(self, exchange: str) -> Path:
        return Path(self.control_folder, f"{exchange}.exchange")

    @contextlib.contextmanager
    def _changing(self, exchange: str) -> Iterator[list[Binding]]:
        """A table that is written when the block ends, by one process at a time."""
        with open(Path(self.control_folder, "lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = self.get_table(exchange)
            table = [*before]
            yield table
            if table != before:
                _write(self._table_file(exchange), table)


class Transport(filesystem.Transport):
    """The transport behind `filesystem://` after `use()` was called."""

    Channel = Channel


def use() -> None:
    """Route `filesystem:` addresses to this transport, in this process."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"


def _write(path: Path, content: Any) -> None:
    aside = path.with_name(f"{path.name}.{uuid.uuid4()}")
    aside.write_text(dumps(content))
    aside.rename(path)


def _read(path: Path) -> Any:
    """Return the message in the file; None if it is missing or incomplete."""
    try:
        return loads(path.read_text())
    except FileNotFoundError:
        return None
    except ValueError:
        log.warning("%s is incomplete and was skipped.", path)
        return None
