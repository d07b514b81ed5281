"""Incidents and their parts in the admin."""

from incidents.admin.incidents import IncidentAdmin
from incidents.admin.labels import ServiceAdmin, TagAdmin
from incidents.admin.parts import (
    ActionItemAdmin,
    PatternLinkAdmin,
    PlaybookUseAdmin,
    RootCauseAdmin,
    SectionAdmin,
    TimelineEventAdmin,
)
from incidents.admin.records import (
    ActionItemChangeAdmin,
    ActionItemDependencyAdmin,
    AttachmentAdmin,
    EditionAdmin,
    ImportedFileAdmin,
    RevisionAdmin,
    SectionVersionAdmin,
    SeededFileAdmin,
)

__all__ = [
    "ActionItemAdmin",
    "ActionItemChangeAdmin",
    "ActionItemDependencyAdmin",
    "AttachmentAdmin",
    "EditionAdmin",
    "ImportedFileAdmin",
    "IncidentAdmin",
    "PatternLinkAdmin",
    "PlaybookUseAdmin",
    "RevisionAdmin",
    "RootCauseAdmin",
    "SectionAdmin",
    "SectionVersionAdmin",
    "SeededFileAdmin",
    "ServiceAdmin",
    "TagAdmin",
    "TimelineEventAdmin",
]
