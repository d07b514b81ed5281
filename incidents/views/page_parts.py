"""The port through which higher apps supply their parts of the incident page.

`incidents` cannot import the apps for action items and recurrence, yet its page shows both. They
connect their parts here when Django starts; the page asks each for its context.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from incidents.models import Incident

# A reader, a visible incident, and the values of `PagePart.facts` for it.
ContextOf = Callable[[User, Incident, Mapping[str, bool]], dict[str, Any]]


@dataclass(frozen=True)
class Fragment:
    """A template that answers a save, and the function that returns its context."""

    template: str
    context_of: Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class PagePart:
    """A part of the page.

    `facts` are SQL conditions on the incident `%(pk)s`, by name. The page evaluates all of them in
    its one query, so that a part can skip queries for what does not exist.
    """

    name: str
    context_of: ContextOf
    facts: Mapping[str, str] = field(default_factory=dict)
    fragments: Mapping[str, Fragment] = field(default_factory=dict)


_parts: dict[str, PagePart] = {}


def connect(part: PagePart) -> None:
    """Show `part` on every incident page. Connecting it again changes nothing."""
    _parts[part.name] = part


def connected() -> list[PagePart]:
    """Return the connected parts in a fixed order."""
    return [_parts[name] for name in sorted(_parts)]


def fragment(name: str) -> Fragment:
    """Return the fragment called `name` of any part. Raises KeyError if there is none."""
    for part in _parts.values():
        if name in part.fragments:
            return part.fragments[name]
    raise KeyError(name)
