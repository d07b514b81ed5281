from incidents.models.action_item import (
    CLOSED,
    ActionItem,
    ActionItemKind,
    ActionItemStatus,
    Priority,
    Size,
)
from incidents.models.action_item_change import ActionItemChange, Changed, Via
from incidents.models.action_item_dependency import ActionItemDependency
from incidents.models.attachment import Attachment
from incidents.models.imported_file import ImportedFile
from incidents.models.incident import (
    Environment,
    Incident,
    Origin,
    PostmortemStatus,
    Precision,
    Severity,
    Visibility,
)
from incidents.models.incident_role import IncidentRole
from incidents.models.labels import Service, Tag
from incidents.models.live_text import (
    AnsweredTab,
    Presence,
    SectionClash,
    UnsavedText,
    WritingStretch,
)
from incidents.models.pattern_link import LinkState, Outcome, PatternLink, PlaybookUse
from incidents.models.revision import Audience, Edition, Revision
from incidents.models.root_cause import CauseRole, RootCause
from incidents.models.section import Section, SectionKind, SectionVersion
from incidents.models.seeded_file import SeededFile
from incidents.models.timeline_event import EventKind, Milestone, TimelineEvent
from incidents.models.write_mark import WriteMark

__all__ = [
    "CLOSED",
    "ActionItem",
    "ActionItemChange",
    "ActionItemDependency",
    "ActionItemKind",
    "ActionItemStatus",
    "AnsweredTab",
    "Attachment",
    "Audience",
    "CauseRole",
    "Changed",
    "Edition",
    "Environment",
    "EventKind",
    "ImportedFile",
    "Incident",
    "IncidentRole",
    "LinkState",
    "Milestone",
    "Origin",
    "Outcome",
    "PatternLink",
    "PlaybookUse",
    "PostmortemStatus",
    "Precision",
    "Presence",
    "Priority",
    "Revision",
    "RootCause",
    "Section",
    "SectionClash",
    "SectionKind",
    "SectionVersion",
    "SeededFile",
    "Service",
    "Severity",
    "Size",
    "Tag",
    "TimelineEvent",
    "UnsavedText",
    "Via",
    "Visibility",
    "WriteMark",
    "WritingStretch",
]
