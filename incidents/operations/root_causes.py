"""Causes: adding, editing and deleting them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from core.errors import StaleWrite
from incidents import permissions
from incidents.models import CauseRole, Incident, Origin, RootCause
from incidents.operations import revisions
from incidents.operations.incidents import hold


@dataclass(frozen=True, kw_only=True)
class CauseFields:
    """The content of a cause; `text` and `evidence` are Markdown."""

    text: str
    role: str = CauseRole.CONTRIBUTING
    category: str = ""
    evidence: str = ""
    origin: str = Origin.TEAM


class StaleCause(StaleWrite):
    """A cause that somebody else changed since the writer saw it; `current` is the stored one."""

    def __init__(self, current: RootCause) -> None:
        super().__init__("Somebody else changed this cause while you were writing.")
        self.current = current


@transaction.atomic
def add(incident: Incident, fields: CauseFields, *, by: User, at: datetime) -> RootCause:
    """Add a cause after the others."""
    permissions.require(permissions.can_write(by), "Only authors may write.")
    held = hold(incident)
    last = held.root_causes.aggregate(last=Max("position"))["last"] or 0
    cause = RootCause.objects.create(incident=held, position=last + 1, **asdict(fields))
    revisions.record(held, by=by, at=at, summary=f"Added a cause: {cause}")
    return cause


@transaction.atomic
def edit(
    cause: RootCause, fields: CauseFields, *, base_version: int, by: User, at: datetime
) -> RootCause:
    """Save the cause as in `fields`; the same again changes nothing. Raises StaleCause."""
    permissions.require(permissions.can_write(by), "Only authors may write.")
    held = hold(cause.incident)
    current = RootCause.objects.get(pk=cause.pk)
    if fields_of(current) == fields:
        return current
    if current.version != base_version:
        raise StaleCause(current)
    for name, value in asdict(fields).items():
        setattr(current, name, value)
    current.version += 1
    current.save()
    revisions.record(held, by=by, at=at, summary=f"Changed a cause: {current}")
    return current


@transaction.atomic
def delete(cause: RootCause, *, version: int | None = None, by: User, at: datetime) -> None:
    """Delete the cause; the revisions keep it. Deleting again changes nothing.

    Raises StaleWrite if `version`, the one that the person saw, is not the current one.
    """
    permissions.require(permissions.can_write(by), "Only authors may write.")
    held = hold(cause.incident)
    current = RootCause.objects.filter(pk=cause.pk).first()
    if current is None:
        return
    if version is not None and current.version != version:
        raise StaleWrite("Somebody saved this cause since you opened this page.")
    current.delete()
    revisions.record(held, by=by, at=at, summary=f"Removed a cause: {current}")


def fields_of(cause: RootCause) -> CauseFields:
    """Return the content of the cause as one value to compare."""
    return CauseFields(
        text=cause.text,
        role=cause.role,
        category=cause.category,
        evidence=cause.evidence,
        origin=cause.origin,
    )
