"""The port through which lower packages tell the search index what has changed.

`search` sits above the packages whose text it indexes, so they cannot import it. It connects
itself here when Django starts; an operation that changed searchable text calls `refresh` in its
own transaction, so what was saved can be found when the answer arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

Kind = Literal["incident", "pattern", "playbook"]

Listener = Callable[[Kind, list[int], Mapping[int, Any]], None]

_listeners: list[Listener] = []


def connect(listener: Listener) -> None:
    """Register `listener(kind, ids, read)` to be called whenever searchable text changes."""
    if listener not in _listeners:
        _listeners.append(listener)


def refresh(kind: Kind, ids: Iterable[int], *, read: Mapping[int, Any] | None = None) -> None:
    """The text of these rows changed: index it anew, now.

    `read` holds, by id, the documents that the caller has read already, to spare reading them
    again: an incident's as `incidents.exchange` gives them.
    """
    wanted = list(ids)
    if wanted:
        for listener in _listeners:
            listener(kind, wanted, read or {})
