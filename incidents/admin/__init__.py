"""Everything about incidents in the administration."""

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
    AttachmentAdmin,
    DigestAdmin,
    EditionAdmin,
    LedgerEntryAdmin,
    PlaybookRunAdmin,
    RevisionAdmin,
    SectionVersionAdmin,
    SeededFileAdmin,
)

__all__ = [
    "ActionItemAdmin",
    "AttachmentAdmin",
    "DigestAdmin",
    "EditionAdmin",
    "IncidentAdmin",
    "LedgerEntryAdmin",
    "PatternLinkAdmin",
    "PlaybookRunAdmin",
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
