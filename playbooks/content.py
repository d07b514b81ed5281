"""Content of patterns and playbooks, as values to compare and to write."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from accounts.models import User
from playbooks.models import FailurePattern, Playbook, Risk


@dataclass(frozen=True, kw_only=True)
class PatternFields:
    """Content of a failure pattern; `recognise` is Markdown."""

    name: str
    definition: str
    recognise: str = ""
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StepFields:
    """Content of a step; all but `title` and `command` are Markdown."""

    title: str
    detail: str = ""
    command: str = ""
    expected: str = ""
    if_not: str = ""
    undo: str = ""


@dataclass(frozen=True, kw_only=True)
class PlaybookFields:
    """Content of a playbook, its steps in order. `patterns` are slugs of existing patterns."""

    title: str
    use_when: str
    patterns: frozenset[str] = frozenset()
    risk: str = Risk.LOW
    verify: str = ""
    escalate: str = ""
    owner: User | None = None
    last_reviewed_on: date | None = None
    last_reviewed_by: User | None = None
    review_by_on: date | None = None
    steps: tuple[StepFields, ...] = ()


# What is stored in the playbook's own row.
PLAYBOOK_COLUMNS = [f.name for f in fields(PlaybookFields) if f.name not in ("patterns", "steps")]


def pattern_fields(pattern: FailurePattern) -> PatternFields:
    """Return the pattern's content as one value to compare."""
    return PatternFields(
        name=pattern.name,
        definition=pattern.definition,
        recognise=pattern.recognise,
        signals=tuple(pattern.signals),
    )


def playbook_fields(playbook: Playbook) -> PlaybookFields:
    """Return the playbook's content as one value to compare."""
    names = [field.name for field in fields(StepFields)]
    return PlaybookFields(
        patterns=frozenset(pattern.slug for pattern in playbook.patterns.all()),
        steps=tuple(
            StepFields(**{name: getattr(step, name) for name in names})
            for step in playbook.steps.all()
        ),
        **{name: getattr(playbook, name) for name in PLAYBOOK_COLUMNS},
    )
