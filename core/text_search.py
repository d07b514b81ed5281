"""The port through which lower packages tell the search index what has changed.

`search` sits above the packages whose text it indexes, so they cannot import it. It connects
itself here when Django starts; an operation that changed searchable text calls `refresh` in its
own transaction, so what was saved can be found when the answer arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

Kind = Literal["incident", "pattern", "playbook"]

_listeners: list[Callable[[Kind, list[int]], None]] = []


def connect(listener: Callable[[Kind, list[int]], None]) -> None:
    """Have `listener(kind, ids)` called whenever searchable text changes."""
    if listener not in _listeners:
        _listeners.append(listener)


def refresh(kind: Kind, ids: Iterable[int]) -> None:
    """The text of these rows changed, or who may see it: index it anew, now."""
    wanted = list(ids)
    if wanted:
        for listener in _listeners:
            listener(kind, wanted)
