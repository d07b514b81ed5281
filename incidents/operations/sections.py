"""Writing sections without losing anybody's text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from core.errors import StaleWrite
from core.merging import Clash, Merge, merge
from incidents import permissions
from incidents.models import Incident, Section, SectionVersion
from incidents.operations import clashes, revisions
from incidents.operations.incidents import hold

_TRIES = 5  # attempts to merge again after another save in the meantime


@dataclass(frozen=True, kw_only=True)
class SectionFields:
    """The fields of a section's form."""

    title: str
    body: str
    kind: str


class StaleSection(StaleWrite):
    """A conflict: somebody else saved this section and both changed the same words.

    `current` is the section as it is now, `base` the text from which the writer started, None if
    unknown, and `merge` both changes in one text.
    """

    def __init__(
        self, current: Section, *, title: str, body: str, base: str | None, merge: Merge
    ) -> None:
        super().__init__("Somebody else saved this section while you were writing.")
        self.current = current
        self.title = title
        self.body = body
        self.base = base
        self.merge = merge


class SectionGone(StaleWrite):
    """A section that somebody else removed while it was being written."""

    def __init__(self) -> None:
        super().__init__("Somebody removed this section while you were writing.")


@transaction.atomic
def add(incident: Incident, *, title: str, body: str, kind: str, by: User, at: datetime) -> Section:
    """Add a section after the others."""
    permissions.require(permissions.can_write(by), "Only authors may write.")
    held = hold(incident)
    last = held.sections.aggregate(last=Max("position"))["last"] or 0
    section = Section.objects.create(
        incident=held,
        kind=kind,
        title=title,
        body=body,
        position=last + 1,
        updated_at=at,
        updated_by=by,
    )
    _version_of(section).save()
    revisions.record(held, by=by, at=at, summary=f"Added “{title}”")
    return section


def save(
    section: Section,
    *,
    title: str,
    body: str,
    kind: str,
    base_version: int,
    by: User,
    at: datetime,
) -> Section:
    """Save a text that was written on top of `base_version`; the same text again writes nothing.

    If somebody saved another text since, both changes are merged. The merge is computed outside the
    writing transaction, and again if there was another save. Raises SectionGone, or StaleSection,
    having written nothing, if both changed the same words, the heading or the kind.
    """
    permissions.require(permissions.can_write(by), "Only authors may write.")
    mine = SectionFields(title=title, body=body, kind=kind)
    wanted, seen = mine, base_version
    for _ in range(_TRIES):
        current, is_saved = _save_upon(section, wanted, seen=seen, by=by, at=at)
        if is_saved:
            return current
        wanted, seen = _merged(current, mine, base_version), current.version
    raise _stale(current, mine, base_version)


@transaction.atomic
def _save_upon(
    section: Section, fields: SectionFields, *, seen: int, by: User, at: datetime
) -> tuple[Section, bool]:
    """Write `fields` if the section is still at version `seen`.

    Returns the section, and True if it has this content now.
    """
    held = hold(section.incident)
    current = _current(section)
    current.incident = held
    if _fields_of(current) == fields:
        return current, True
    if current.version != seen:
        return current, False
    before = _version_of(current)
    current.title, current.body, current.kind = fields.title, fields.body, fields.kind
    current.version += 1
    current.updated_at, current.updated_by = at, by
    current.save(update_fields=["title", "body", "kind", "version", "updated_at", "updated_by"])
    # The earlier text is stored already, unless something other than the product wrote it.
    SectionVersion.objects.bulk_create([before, _version_of(current)], ignore_conflicts=True)
    if current.clashes.exists():
        clashes.follow(current.pk, before.body, current.body, None, any_open=True, at=at)
    revisions.record(held, by=by, at=at, summary=f"Edited “{fields.title}”")
    return current, True


def _merged(current: Section, mine: SectionFields, base_version: int) -> SectionFields:
    """Return both changes merged. Raises StaleSection if a person must choose."""
    base = current.versions.filter(version=base_version).first()
    if base is None or mine.kind != current.kind:
        raise _stale(current, mine, base_version)
    if base.title != current.title and mine.title not in (base.title, current.title):
        raise _stale(current, mine, base_version)
    both = merge(base.body, mine.body, current.body)
    if both.clashes:
        raise _stale(current, mine, base_version, both)
    title = current.title if mine.title == base.title else mine.title
    return SectionFields(title=title, body=both.text, kind=mine.kind)


def _stale(
    current: Section, mine: SectionFields, base_version: int, both: Merge | None = None
) -> StaleSection:
    base = current.versions.filter(version=base_version).first()
    text = base.body if base else None
    if both is None:
        both = (
            _side_by_side(mine, current) if text is None else merge(text, mine.body, current.body)
        )
    return StaleSection(current, title=mine.title, body=mine.body, base=text, merge=both)


def _side_by_side(mine: SectionFields, current: Section) -> Merge:
    """Return both texts one after the other, for use when their common base is unknown."""
    text = "\n\n".join(filter(None, (current.body, mine.body)))
    clash = Clash(0, len(text), base="", mine=mine.body, theirs=current.body)
    return Merge(text, (clash,) if text else ())


@transaction.atomic
def set_aside(section: Section, *, title: str, body: str, by: User, at: datetime) -> SectionVersion:
    """Keep a text that lost a conflict in the section's history; the section itself stays as it is.

    The text becomes a version of its own, followed by the current text as the newest one.
    """
    permissions.require(permissions.can_write(by), "Only authors may write.")
    hold(section.incident)
    current = _current(section)
    kept = SectionVersion.objects.create(
        section=current,
        version=current.version + 1,
        title=title,
        body=body,
        saved_at=at,
        saved_by=by,
    )
    current.version += 2
    current.save(update_fields=["version"])
    _version_of(current).save()
    return kept


@transaction.atomic
def delete(section: Section, *, version: int | None = None, by: User, at: datetime) -> None:
    """Delete the section. Its last text stays in the revisions.

    Deleting again changes nothing. Raises StaleWrite if `version`, the one that the person saw, is
    not the current one.
    """
    permissions.require(permissions.can_write(by), "Only authors may write.")
    held = hold(section.incident)
    current = Section.objects.filter(pk=section.pk).first()
    if current is None:
        return
    if version is not None and current.version != version:
        raise StaleWrite("Somebody saved this section since you opened this page.")
    current.delete()
    revisions.record(held, by=by, at=at, summary=f"Removed “{current.title}”")


@transaction.atomic
def move(section: Section, *, up: bool, by: User, at: datetime) -> None:
    """Swap the section with the one above or below; does nothing at either end."""
    permissions.require(permissions.can_write(by), "Only authors may write.")
    held = hold(section.incident)
    order = list(held.sections.order_by("position", "pk"))
    here = next((index for index, other in enumerate(order) if other.pk == section.pk), None)
    if here is None:
        raise SectionGone
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return
    first, second = order[here], order[there]
    first.position, second.position = second.position, first.position
    Section.objects.bulk_update([first, second], ["position"])
    revisions.record(held, by=by, at=at, summary=f"Moved “{first.title}”")


def _version_of(section: Section) -> SectionVersion:
    """Return an unsaved version with the section's content."""
    return SectionVersion(
        section=section,
        version=section.version,
        title=section.title,
        body=section.body,
        saved_at=section.updated_at,
        saved_by=section.updated_by,
    )


def _current(section: Section) -> Section:
    """Return the section as stored now. Raises SectionGone."""
    found = Section.objects.select_related("updated_by").filter(pk=section.pk).first()
    if found is None:
        raise SectionGone
    return found


def _fields_of(section: Section) -> SectionFields:
    return SectionFields(title=section.title, body=section.body, kind=section.kind)
