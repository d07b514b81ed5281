"""Listener to changes of searchable text, which has them analyzed in the background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.after_commit import after_commit
from core.text_search import Kind
from likeness import tasks


def refresh_later(kind: Kind, ids: Sequence[int], read: Mapping[int, Any]) -> None:
    """Queue the analysis of these rows for after the commit."""
    if kind == "incident":
        after_commit(tasks.read_incidents.delay, list(ids))
    elif kind == "pattern":
        after_commit(tasks.read_newest_incidents.delay)
