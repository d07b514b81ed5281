"""A postmortem outside the database: the result of parsing a file, and the input for rendering one.

Documents are in canonical form from the start (titles on one line, Markdown cleaned), so two
compare equal exactly when they render alike. `line` is where a part begins in the file; comparisons
ignore it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from core.exchange.facts import address
from core.exchange.problems import Problem, fatal
from core.text import clean_markdown, one_line
from incidents.models import (
    ActionItemKind,
    ActionItemStatus,
    CauseRole,
    Environment,
    EventKind,
    LinkState,
    Milestone,
    Origin,
    Outcome,
    PostmortemStatus,
    Precision,
    Priority,
    Severity,
    Visibility,
)

__all__ = [
    "ParsedActionItem",
    "ParsedCause",
    "ParsedEvent",
    "ParsedPatternLink",
    "ParsedPlaybookUse",
    "ParsedPostmortem",
    "ParsedSection",
    "ParsedSource",
    "Problem",
]


NOTHING = "–"  # placeholder for a required text that is missing


class _Canonical:
    """Base class that brings its fields into canonical form."""

    _titles: ClassVar[tuple[str, ...]] = ()
    _names: ClassVar[tuple[str, ...]] = ()
    _markdown: ClassVar[tuple[str, ...]] = ()
    _required: ClassVar[tuple[str, ...]] = ()
    _addresses: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for name in self._titles:
            self._settle(name, one_line(getattr(self, name)) or NOTHING)
        for name in self._names:
            self._settle(name, one_line(getattr(self, name)))
        for name in self._markdown:
            self._settle(name, clean_markdown(getattr(self, name)))
        for name in self._required:
            self._settle(name, clean_markdown(getattr(self, name)) or NOTHING)
        for name in self._addresses:
            self._settle(name, address(getattr(self, name)))

    def _settle(self, name: str, value: str) -> None:
        object.__setattr__(self, name, value)


@dataclass(frozen=True)
class ParsedSection(_Canonical):
    kind: str
    title: str
    body: str = ""
    line: int | None = field(default=None, compare=False)

    _titles = ("title",)
    _markdown = ("body",)


@dataclass(frozen=True)
class ParsedEvent(_Canonical):
    """A timeline event. Moments are aware, in UTC; see TimelineEvent for the rules of its
    fields.
    """

    text: str
    occurred_at: datetime | None = None
    ends_at: datetime | None = None
    precision: str = Precision.MINUTE.value
    as_written: str = ""
    milestone: str = ""
    kind: str = EventKind.OBSERVATION.value
    evidence_url: str = ""
    starred: bool = False
    line: int | None = field(default=None, compare=False)

    _names = ("as_written",)
    _required = ("text",)
    _addresses = ("evidence_url",)


@dataclass(frozen=True)
class ParsedCause(_Canonical):
    text: str
    role: str = CauseRole.CONTRIBUTING.value
    category: str = ""
    evidence: str = ""
    origin: str = Origin.TEAM.value
    line: int | None = field(default=None, compare=False)

    _names = ("category",)
    _markdown = ("evidence",)
    _required = ("text",)


@dataclass(frozen=True)
class ParsedActionItem(_Canonical):
    """An action item.

    `owner`, `verified_by` and `closed_by` are usernames, `owner_team` is a team's name. `part_of`
    and `waits_for` are places, from 1, among the action items of the same postmortem.
    """

    title: str
    detail: str = ""
    kind: str = ActionItemKind.OTHER.value
    priority: str = Priority.P2.value
    size: str = ""
    owner: str = ""
    owner_team: str = ""
    owner_as_written: str = ""
    due_on: date | None = None
    due_reason: str = ""
    status: str = ActionItemStatus.OPEN.value
    tracker_url: str = ""
    origin: str = Origin.TEAM.value
    closing_note: str = ""
    evidence_url: str = ""
    verified_by: str = ""
    accepted_risk: str = ""
    re_review_on: date | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    part_of: int | None = None
    waits_for: tuple[int, ...] = ()
    line: int | None = field(default=None, compare=False)

    _titles = ("title",)
    _names = ("owner_as_written", "owner_team", "due_reason")
    _markdown = ("detail", "closing_note", "accepted_risk")
    _addresses = ("tracker_url", "evidence_url")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "waits_for", tuple(self.waits_for or ()))
        if self.closed_at and not (self.status == ActionItemStatus.DONE and self.evidence_url):
            self._settle("closing_note", self.closing_note or NOTHING)


@dataclass(frozen=True)
class ParsedPatternLink(_Canonical):
    """A pattern link. `name`, the pattern's, is set only when read from the database."""

    slug: str
    state: str = LinkState.CONFIRMED.value
    origin: str = Origin.TEAM.value
    evidence: str = ""
    name: str = field(default="", compare=False)
    line: int | None = field(default=None, compare=False)

    _markdown = ("evidence",)


@dataclass(frozen=True)
class ParsedPlaybookUse(_Canonical):
    """A playbook use. `used_at` is None if the file does not say; `used_by` is a username."""

    slug: str
    outcome: str = Outcome.HELPED.value
    used_at: datetime | None = None
    used_by: str = ""
    note: str = ""
    line: int | None = field(default=None, compare=False)

    _markdown = ("note",)


@dataclass(frozen=True)
class ParsedSource(_Canonical):
    """The source of a retold write-up."""

    author: str = ""
    publication: str = ""
    url: str = ""
    published_on: date | None = None

    _names = ("author", "publication", "url")

    def __bool__(self) -> bool:
        return self != ParsedSource()


@dataclass(frozen=True)
class ParsedPostmortem(_Canonical):
    """A whole postmortem. `number` is that of its reference, None for a new incident."""

    title: str
    number: int | None = None
    status: str = PostmortemStatus.DRAFT.value
    not_required_reason: str = ""
    severity: str = Severity.UNKNOWN.value
    environment: str = Environment.UNKNOWN.value
    time_zone: str = ""
    visibility: str = Visibility.INTERNAL.value
    owner: str = ""
    roles: tuple[tuple[str, str], ...] = ()
    readers: tuple[str, ...] = ()
    reader_teams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    source: ParsedSource = ParsedSource()
    published_at: datetime | None = None
    sections: tuple[ParsedSection, ...] = ()
    timeline: tuple[ParsedEvent, ...] = ()
    root_causes: tuple[ParsedCause, ...] = ()
    action_items: tuple[ParsedActionItem, ...] = ()
    pattern_links: tuple[ParsedPatternLink, ...] = ()
    playbook_uses: tuple[ParsedPlaybookUse, ...] = ()
    name: str = field(default="", compare=False)
    text_digest: str = field(default="", compare=False)  # of the text that was parsed
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    _titles = ("title",)
    _markdown = ("not_required_reason",)

    @property
    def content_digest(self) -> str:
        """A digest of the text, title and day; empty if this was not parsed from a text.

        Title and day are included because they may come from the file's name.
        """
        if not self.text_digest:
            return ""
        said = f"{self.text_digest}\0{self.title}\0{self.occurred_at}"
        return hashlib.blake2b(said.encode(), digest_size=32).hexdigest()

    @property
    def reference(self) -> str | None:
        return f"INC-{self.number}" if self.number else None

    @property
    def refused(self) -> bool:
        """True if a problem prevents importing the file."""
        return fatal(self.problems)

    @property
    def occurred_at(self) -> datetime | None:
        """The time of the event “started”, else of the earliest dated event, else None."""
        dated = [event for event in self.timeline if event.occurred_at]
        started = [event for event in dated if event.milestone == Milestone.STARTED]
        first = min(started or dated, key=lambda event: event.occurred_at, default=None)  # type: ignore[arg-type,return-value]
        return first.occurred_at if first else None
