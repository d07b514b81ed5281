"""Headings of our format: the kinds of sections, and the five with structured content."""

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
    """Return the entry of STRUCTURE that `heading` matches, ignoring case; None for a section."""
    return _STRUCTURE_BY_NAME.get(heading.casefold())


def kind_of(heading: str) -> str:
    """Return the default kind for a section under `heading`."""
    return _STANDARD_KINDS.get(heading.casefold(), SectionKind.OTHER).value


def needs_kind(heading: str, kind: str) -> bool:
    """Return True if the section's kind must be written because its heading implies another."""
    return structure_of(heading) is not None or kind_of(heading) != kind


def cause_role(heading: str) -> CauseRole | None:
    return _CAUSE_ROLES.get(heading.casefold())
