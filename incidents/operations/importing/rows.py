"""Writing the rows of one kind of part; matching rows keep their history."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from incidents.models import Incident


@dataclass(frozen=True)
class Part:
    """The description of one kind of part.

    `alike` is the key by which two states of one part are matched; `columns` returns the values of
    a row, `new` adds values for a new row, `touched` for a changed or new one.
    """

    rows: Callable[[], Iterable[Any]]
    model: type[models.Model]
    alike: Callable[[Any], Hashable]
    columns: Callable[[Any], dict[str, Any]]
    new: dict[str, Any]
    touched: dict[str, Any]
    ordered: bool = True
    versioned: bool = True


def write(
    incident: Incident,
    part: Part,
    before: Sequence[Any],
    wanted: Sequence[Any],
    *,
    said: Sequence[Any] | None = None,
) -> list[Any]:
    """Write one kind of part; return the rows that are new or changed.

    `before` is the present content of the rows; `said` is their content as last shown to people, if
    that differs.
    """
    said = before if said is None else said
    rows = list(part.rows())
    continued = _continued(before, wanted, part.alike)
    kept = {index for index in continued if index is not None}
    gone = [row.pk for index, row in enumerate(rows) if index not in kept]
    if gone:
        part.model._default_manager.filter(pk__in=gone).delete()
    made, changed, moved = [], [], []
    for position, (index, document) in enumerate(zip(continued, wanted, strict=True), start=1):
        place = {"position": position} if part.ordered else {}
        if index is None:
            columns = part.columns(document) | part.new | part.touched | place
            made.append(part.model(incident=incident, **columns))
        elif before[index] != document:
            row = rows[index]
            for name, value in (part.columns(document) | part.touched | place).items():
                setattr(row, name, value)
            if part.versioned and said[index] != document:
                row.version += 1
            changed.append((row, document))
        elif part.ordered and rows[index].position != position:
            rows[index].position = position
            moved.append(rows[index])
    _save(part, changed, moved)
    return [*part.model._default_manager.bulk_create(made), *(row for row, _ in changed)]


def _save(part: Part, changed: list[tuple[Any, Any]], moved: list[Any]) -> None:
    if changed:
        names = [*part.columns(changed[0][1]), *part.touched]
        names += ["position"] if part.ordered else []
        names += ["version"] if part.versioned else []
        part.model._default_manager.bulk_update([row for row, _ in changed], names)
    if moved:
        part.model._default_manager.bulk_update(moved, ["position"])


def _continued(
    before: Sequence[Any], wanted: Sequence[Any], alike: Callable[[Any], Hashable]
) -> list[int | None]:
    """Return for each of `wanted` the index of its former state in `before`: an equal one, else
    an alike one.
    """
    found: list[int | None] = [None] * len(wanted)
    free = dict.fromkeys(range(len(before)))
    for view in (lambda document: document, alike):
        places: dict[Hashable, list[int]] = {}
        for index in reversed(free):
            places.setdefault(view(before[index]), []).append(index)
        for position, document in enumerate(wanted):
            if found[position] is None and (left := places.get(view(document))):
                found[position] = left.pop()
                del free[found[position]]  # type: ignore[arg-type]
    return found
