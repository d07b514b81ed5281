"""Passages that two people changed at once, from the merge that found them until one is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from accounts.models import User
from core.errors import StaleWrite
from core.merging import Clash, moved
from incidents import permissions
from incidents.models import Incident, Section, SectionClash
from incidents.operations import revisions, section_texts, stretches
from incidents.operations.incidents import lock


class Keep(StrEnum):
    """The text to keep: that of one person, both, or the one from before."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"
    BASE = "base"


class PassageChanged(StaleWrite):
    """A passage that somebody has edited since the clash was found."""

    def __init__(self) -> None:
        super().__init__("Somebody has edited this passage. Edit it as needed, then keep it.")


@dataclass(frozen=True)
class Found:
    """Clashes of one request: those that the server's merge found, and those that the tab found.

    The positions of the latter are in `text`, which the tab sent. `by` is its person, `theirs_by`
    the one who saved the section before.
    """

    merged: tuple[Clash, ...]
    sent: tuple[Clash, ...]
    text: str
    by: User
    theirs_by: int | None


def follow(
    section: int, before: str, after: str, found: Found | None, *, any_open: bool, at: datetime
) -> None:
    """Move the open clashes of a section from its text `before` to `after`, and add those found.

    `any_open` False spares looking for open ones. The caller holds the lock on the incident.
    """
    if any_open and before != after:
        _move(section, before, after)
    if found is None:
        return
    new = list(found.merged)
    if found.sent:
        ranges = [(clash.start, clash.end) for clash in found.sent]
        places = moved(found.text, after, ranges)
        for clash, (start, end) in zip(found.sent, places, strict=True):
            new.append(Clash(start, end, clash.base, clash.mine, clash.theirs))
    SectionClash.objects.bulk_create(
        SectionClash(
            section_id=section,
            base=clash.base,
            mine=clash.mine,
            theirs=clash.theirs,
            passage=after[clash.start : clash.end],
            start=clash.start,
            end=clash.end,
            found_at=at,
            by=found.by,
            theirs_by_id=found.theirs_by,
        )
        for clash in new
    )


@transaction.atomic
def choose(pk: int, keep: Keep, *, incident: Incident, by: User, at: datetime) -> bool:
    """Replace the passage of clash `pk` by the text to keep, and delete the clash.

    A deleted clash is left alone. Returns True if the search index has to be updated. Raises
    PassageChanged, unless both texts are kept.
    """
    permissions.require(permissions.can_write(by), "Only authors may write.")
    held = lock(incident)
    clash = SectionClash.objects.filter(pk=pk, section__incident=held).first()
    if clash is None:
        return False
    section = Section.objects.get(pk=clash.section_id)
    after = _chosen(section.body, clash, keep)
    clash.delete()
    if stretches.is_over_for(held, by=by, at=at):
        revisions.record_stretch(held)
    section_texts.replace(
        section.pk, version=section.version, title=section.title, body=after, by=by, at=at
    )
    follow(section.pk, section.body, after, None, any_open=True, at=at)
    return stretches.note(held, by=by, at=at)


def _chosen(body: str, clash: SectionClash, keep: Keep) -> str:
    """Return the section's text after the choice. Raises PassageChanged."""
    if keep is Keep.BOTH:
        return body
    if body[clash.start : clash.end] != clash.passage:
        raise PassageChanged
    text = {Keep.MINE: clash.mine, Keep.THEIRS: clash.theirs, Keep.BASE: clash.base}[keep]
    return body[: clash.start] + text + body[clash.end :]


def _move(section: int, before: str, after: str) -> None:
    rows = list(SectionClash.objects.filter(section_id=section))
    places = moved(before, after, [(clash.start, clash.end) for clash in rows])
    for clash, (start, end) in zip(rows, places, strict=True):
        clash.start, clash.end = start, end
    SectionClash.objects.bulk_update(rows, ["start", "end"])
