"""The port through which apps above supply their parts of the incident page.

`incidents` cannot import the apps that follow action items and compare failures, yet its page
shows both. They connect their parts here when Django starts; the page asks each for its context.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from incidents.models import Incident

# A reader, an incident that they may see, and the facts of `PagePart.facts` that hold for it.
ContextOf = Callable[[User, Incident, Mapping[str, bool]], dict[str, Any]]


@dataclass(frozen=True)
class Fragment:
    """A template of the page that a save answers with, and the function that makes its context."""

    template: str
    context_of: Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class PagePart:
    """A part of the page. `facts` are SQL conditions on the incident `%(pk)s`, by name: the page
    asks all of them in its one query, so that a part can spare queries for what is not there."""

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
    """Return the fragment called `name` of any part. Raises KeyError where there is none."""
    for part in _parts.values():
        if name in part.fragments:
            return part.fragments[name]
    raise KeyError(name)
