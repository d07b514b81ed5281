"""Writing sections, so that nothing anybody wrote is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from merge3 import Merge3

from accounts.models import User
from core.errors import StaleWrite
from incidents import permissions
from incidents.models import Incident, Section, SectionVersion
from incidents.operations import revisions
from incidents.operations.incidents import hold


@dataclass(frozen=True)
class Merge:
    """Two people's changes to one text, put together. `clashes`: both changed the same lines."""

    text: str
    clashes: bool


class StaleSection(StaleWrite):
    """Somebody saved this section since the writer last saw it.

    `current` is the section as it stands, `base` the text from which the writer started, and
    `merge` both changes put together.
    """

    def __init__(self, current: Section, *, title: str, body: str, base: str) -> None:
        super().__init__("Somebody else saved this section while you were writing.")
        self.current = current
        self.title = title
        self.body = body
        self.base = base
        self.merge = merge(base=base, theirs=current.body, yours=body)


def merge(*, base: str, theirs: str, yours: str) -> Merge:
    """Both changes to `base`, line by line; where they clash, both stand between markers."""
    merged = Merge3(_lines(base), _lines(theirs), _lines(yours))
    clashes = any(region[0] == "conflict" for region in merged.merge_regions())
    text = "".join(
        merged.merge_lines(
            name_a="theirs", name_b="yours", start_marker="<<<<<<<", end_marker=">>>>>>>"
        )
    )
    return Merge(text=text.removesuffix("\n"), clashes=clashes)


def _lines(text: str) -> list[str]:
    return [f"{line}\n" for line in text.split("\n")]


@transaction.atomic
def add(incident: Incident, *, title: str, body: str, kind: str, by: User, at: datetime) -> Section:
    """A new section, after the others."""
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
    _keep_version(section)
    revisions.record(held, by=by, at=at, summary=f"Added “{title}”")
    return section


@transaction.atomic
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
    """Save what was written; the same text saved again writes nothing.

    Raises StaleSection, having written nothing, when somebody saved another text since
    `base_version`.
    """
    permissions.require(permissions.can_write(by), "Only authors may write.")
    held = hold(section.incident)
    current = Section.objects.select_related("updated_by").get(pk=section.pk)
    current.incident = held
    if (current.title, current.body, current.kind) == (title, body, kind):
        return current
    if current.version != base_version:
        raise StaleSection(current, title=title, body=body, base=_text_at(current, base_version))
    current.title, current.body, current.kind = title, body, kind
    current.version += 1
    current.updated_at, current.updated_by = at, by
    current.save(update_fields=["title", "body", "kind", "version", "updated_at", "updated_by"])
    _keep_version(current)
    revisions.record(held, by=by, at=at, summary=f"Wrote “{title}”")
    return current


@transaction.atomic
def set_aside(section: Section, *, title: str, body: str, by: User, at: datetime) -> SectionVersion:
    """Keep a text that lost to somebody else's in the section's history; the section stays as is.

    It becomes a version of its own, followed by the standing text as the newest one.
    """
    permissions.require(permissions.can_write(by), "Only authors may write.")
    hold(section.incident)
    current = Section.objects.get(pk=section.pk)
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
    _keep_version(current)
    return kept


@transaction.atomic
def delete(section: Section, *, by: User, at: datetime) -> None:
    """Take the section out of the postmortem. Its last text stays in the revisions."""
    permissions.require(permissions.can_write(by), "Only authors may write.")
    held = hold(section.incident)
    section.delete()
    revisions.record(held, by=by, at=at, summary=f"Removed “{section.title}”")


@transaction.atomic
def move(section: Section, *, up: bool, by: User, at: datetime) -> None:
    """Swap places with the section above or below; the first and the last stay where they are."""
    permissions.require(permissions.can_write(by), "Only authors may write.")
    held = hold(section.incident)
    order = list(held.sections.order_by("position", "pk"))
    here = next(index for index, other in enumerate(order) if other.pk == section.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return
    first, second = order[here], order[there]
    first.position, second.position = second.position, first.position
    Section.objects.bulk_update([first, second], ["position"])
    revisions.record(held, by=by, at=at, summary=f"Moved “{first.title}”")


def _keep_version(section: Section) -> None:
    SectionVersion.objects.create(
        section=section,
        version=section.version,
        title=section.title,
        body=section.body,
        saved_at=section.updated_at,
        saved_by=section.updated_by,
    )


def _text_at(section: Section, version: int) -> str:
    """What the section said at `version`: the newest version kept up to then."""
    kept = section.versions.filter(version__lte=version).first()
    return kept.body if kept else ""
