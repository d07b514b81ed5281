"""What headings mean: kinds of sections, and the five that are structure."""

from __future__ import annotations

from incidents.models import CauseRole, SectionKind

TIMELINE = "Timeline"
CAUSES = "Causes"
ACTION_ITEMS = "Action items"
PATTERNS = "Patterns"
PLAYBOOKS_USED = "Playbooks used"
STRUCTURE = (TIMELINE, CAUSES, ACTION_ITEMS, PATTERNS, PLAYBOOKS_USED)

_STRUCTURE_BY_NAME = {name.casefold(): name for name in STRUCTURE}
_STANDARD_KINDS = {
    heading: kind
    for kind in SectionKind
    if kind != SectionKind.OTHER
    for heading in [kind.label.casefold()]
} | {"supporting information": SectionKind.SUPPORTING}
_CAUSE_ROLES = {role.label.casefold(): role for role in CauseRole}


def structure_of(heading: str) -> str | None:
    """The one of STRUCTURE that `heading` is, in any case of letters; None for a section."""
    return _STRUCTURE_BY_NAME.get(heading.casefold())


def kind_of(heading: str) -> str:
    """The kind of the section under `heading`, where nothing else says it."""
    return _STANDARD_KINDS.get(heading.casefold(), SectionKind.OTHER).value


def needs_kind(heading: str, kind: str) -> bool:
    """Whether the section's kind must be said because its heading alone says another."""
    return structure_of(heading) is not None or kind_of(heading) != kind


def cause_role(heading: str) -> CauseRole | None:
    return _CAUSE_ROLES.get(heading.casefold())
