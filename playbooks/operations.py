"""Writing failure patterns and playbooks."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.text import slugify

from accounts.models import Role, User
from core import text_search
from core.errors import DomainError, StaleWrite
from playbooks.models import FailurePattern, Playbook, PlaybookStep, Risk

_RESERVED = {"", "new", "map"}  # would be taken for other addresses


class AlreadyThere(DomainError):
    """Another pattern or playbook has this name."""


@dataclass(frozen=True, kw_only=True)
class PatternFields:
    """What a failure pattern says; `recognise` is Markdown."""

    name: str
    definition: str
    recognise: str = ""
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StepFields:
    """One step; all but `title` and `command` are Markdown."""

    title: str
    detail: str = ""
    command: str = ""
    expected: str = ""
    if_not: str = ""
    undo: str = ""


@dataclass(frozen=True, kw_only=True)
class PlaybookFields:
    """What a playbook says, its steps in order. `patterns` are slugs of existing patterns."""

    title: str
    use_when: str
    patterns: frozenset[str] = frozenset()
    risk: str = Risk.LOW
    verify: str = ""
    escalate: str = ""
    owner: User | None = None
    last_reviewed_on: date | None = None
    last_reviewed_by: User | None = None
    steps: tuple[StepFields, ...] = ()


class StalePattern(StaleWrite):
    """Somebody changed the pattern since the writer saw it. `current` is how it stands."""

    def __init__(self, current: FailurePattern) -> None:
        super().__init__("Somebody else changed this pattern while you were writing.")
        self.current = current


class StalePlaybook(StaleWrite):
    """Somebody changed the playbook since the writer saw it. `current` is how it stands."""

    def __init__(self, current: Playbook) -> None:
        super().__init__("Somebody else changed this playbook while you were writing.")
        self.current = current


def can_write(user: User) -> bool:
    """Write patterns and playbooks: authors and above."""
    return user.is_at_least(Role.AUTHOR)


def _require_author(by: User | None) -> None:
    # None is the product itself, which loads what it comes with.
    if by is not None and not can_write(by):
        raise PermissionDenied("Only authors may write playbooks and patterns.")


@transaction.atomic
def create_pattern(
    said: PatternFields, *, slug: str = "", by: User | None, at: datetime
) -> FailurePattern:
    """A new pattern; without `slug` it is made from the name. Raises AlreadyThere."""
    _require_author(by)
    _refuse_taken(FailurePattern.objects.filter(name=said.name), said.name)
    pattern = FailurePattern.objects.create(
        slug=slug or _free_slug(FailurePattern, said.name),
        created_at=at,
        updated_at=at,
        **asdict(said) | {"signals": list(said.signals)},
    )
    text_search.refresh("pattern", [pattern.pk])
    return pattern


@transaction.atomic
def edit_pattern(
    pattern: FailurePattern,
    said: PatternFields,
    *,
    base_version: int,
    by: User | None,
    at: datetime,
) -> FailurePattern:
    """Save the pattern as `said`; the same again changes nothing.

    Raises StalePattern, having written nothing, when somebody saved it since `base_version`, and
    AlreadyThere when another pattern has the name.
    """
    _require_author(by)
    current = FailurePattern.objects.select_for_update().get(pk=pattern.pk)
    if pattern_fields(current) == said:
        return current
    if current.version != base_version:
        raise StalePattern(current)
    _refuse_taken(FailurePattern.objects.filter(name=said.name).exclude(pk=pattern.pk), said.name)
    for name, value in (asdict(said) | {"signals": list(said.signals)}).items():
        setattr(current, name, value)
    _save_next_version(current, at)
    text_search.refresh("pattern", [current.pk])
    text_search.refresh("playbook", current.playbooks.values_list("pk", flat=True))
    return current


@transaction.atomic
def create_playbook(
    said: PlaybookFields, *, slug: str = "", by: User | None, at: datetime
) -> Playbook:
    """A new playbook; without `slug` it is made from the title. Raises AlreadyThere."""
    _require_author(by)
    _refuse_taken(Playbook.objects.filter(title=said.title), said.title)
    playbook = Playbook(
        slug=slug or _free_slug(Playbook, said.title), created_at=at, **_columns(said)
    )
    playbook.updated_at = at
    playbook.save()
    _write_parts(playbook, said)
    return playbook


@transaction.atomic
def edit_playbook(
    playbook: Playbook,
    said: PlaybookFields,
    *,
    base_version: int,
    by: User | None,
    at: datetime,
) -> Playbook:
    """Save the playbook and its steps as `said`; the same again changes nothing.

    Raises StalePlaybook, having written nothing, when somebody saved it since `base_version`, and
    AlreadyThere when another playbook has the title.
    """
    _require_author(by)
    current = Playbook.objects.select_for_update().get(pk=playbook.pk)
    if playbook_fields(current) == said:
        return current
    if current.version != base_version:
        raise StalePlaybook(current)
    _refuse_taken(Playbook.objects.filter(title=said.title).exclude(pk=playbook.pk), said.title)
    for name, value in _columns(said).items():
        setattr(current, name, value)
    _save_next_version(current, at)
    _write_parts(current, said)
    return current


@transaction.atomic
def mark_reviewed(playbook: Playbook, *, today: date, by: User, at: datetime) -> Playbook:
    """Say that `by` read the playbook today and that it is still true."""
    _require_author(by)
    current = Playbook.objects.select_for_update().get(pk=playbook.pk)
    current.last_reviewed_on, current.last_reviewed_by = today, by
    _save_next_version(current, at)
    return current


def pattern_fields(pattern: FailurePattern) -> PatternFields:
    """What the pattern says, as one value to compare."""
    return PatternFields(
        name=pattern.name,
        definition=pattern.definition,
        recognise=pattern.recognise,
        signals=tuple(pattern.signals),
    )


def playbook_fields(playbook: Playbook) -> PlaybookFields:
    """What the playbook says, as one value to compare."""
    names = [field.name for field in fields(StepFields)]
    return PlaybookFields(
        patterns=frozenset(pattern.slug for pattern in playbook.patterns.all()),
        steps=tuple(
            StepFields(**{name: getattr(step, name) for name in names})
            for step in playbook.steps.all()
        ),
        **{name: getattr(playbook, name) for name in _COLUMNS},
    )


_COLUMNS = [f.name for f in fields(PlaybookFields) if f.name not in ("patterns", "steps")]


def _columns(said: PlaybookFields) -> dict[str, Any]:
    return {name: getattr(said, name) for name in _COLUMNS}


def _write_parts(playbook: Playbook, said: PlaybookFields) -> None:
    playbook.patterns.set(FailurePattern.objects.filter(slug__in=said.patterns))
    playbook.steps.all().delete()
    PlaybookStep.objects.bulk_create(
        PlaybookStep(playbook=playbook, position=position, **asdict(step))
        for position, step in enumerate(said.steps, start=1)
    )
    text_search.refresh("playbook", [playbook.pk])


def _save_next_version(row: FailurePattern | Playbook, at: datetime) -> None:
    row.version += 1
    row.updated_at = at
    row.save()


def _refuse_taken(others: models.QuerySet[Any], name: str) -> None:
    if others.exists():
        raise AlreadyThere(f"There is already one called “{name}”.")


def _free_slug(model: type[FailurePattern] | type[Playbook], name: str) -> str:
    """An address made from `name` that nothing has yet."""
    base = slugify(name)[:70].strip("-") or model._meta.model_name or "page"
    taken = set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    taken |= _RESERVED
    number = 1
    slug = base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
