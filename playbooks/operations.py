"""Writing failure patterns and playbooks."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.text import slugify

from accounts.models import Role, User
from core import text_search
from core.errors import DomainError, StaleWrite
from core.text import clean_markdown
from playbooks import revisions
from playbooks.changes import CONFIRMED, what_changed
from playbooks.content import (
    PLAYBOOK_COLUMNS,
    PatternFields,
    PlaybookFields,
    pattern_fields,
    playbook_fields,
)
from playbooks.exchange import parse_playbook
from playbooks.models import FailurePattern, Playbook, PlaybookRevision, PlaybookStep

_RESERVED = {"", "new", "map"}  # would be taken for other addresses


class AlreadyThere(DomainError):
    """Another pattern or playbook has this name."""


class NothingSaid(DomainError):
    """A doubt without a word of what is wrong."""


class StalePattern(StaleWrite):
    """Raised when the pattern changed since the writer saw it. `current` is its present state."""

    def __init__(self, current: FailurePattern) -> None:
        super().__init__("Somebody else changed this pattern while you were writing.")
        self.current = current


class StalePlaybook(StaleWrite):
    """Raised when the playbook changed since the writer saw it. `current` is its present state."""

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
    _write_patterns(playbook, said)
    _write_steps(playbook, said)
    text_search.refresh("playbook", [playbook.pk])
    revisions.record(playbook, said, by=by, at=at, summary="Written")
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
    current = hold_playbook(playbook)
    before = playbook_fields(current)
    if before == said:
        return current
    if current.version != base_version:
        raise StalePlaybook(current)
    summary = what_changed(before, said)
    return _change(current, before, said, by=by, at=at, summary=summary)


def _change(
    current: Playbook,
    before: PlaybookFields,
    said: PlaybookFields,
    *,
    by: User | None,
    at: datetime,
    summary: str,
) -> Playbook:
    if said.title != before.title:
        others = Playbook.objects.filter(title=said.title).exclude(pk=current.pk)
        _refuse_taken(others, said.title)
    last = revisions.last_before(current, before)
    for name, value in _columns(said).items():
        setattr(current, name, value)
    _save_next_version(current, at)
    if said.patterns != before.patterns:
        _write_patterns(current, said)
    if said.steps != before.steps:
        _write_steps(current, said)
    text_search.refresh("playbook", [current.pk])
    revisions.record(current, said, by=by, at=at, summary=summary, after=last)
    return current


@transaction.atomic
def mark_reviewed(
    playbook: Playbook, *, today: date, seen: int | None = None, by: User, at: datetime
) -> Playbook:
    """Say that `by` read the playbook today and that it is still correct. Doubts end with it.

    Raises StaleWrite where `seen` is not its current `seen_version`.

    It is to be read again after as long as between the last review and the day that was set for
    the next one; 180 days where no day was set.
    """
    _require_author(by)
    current = hold_playbook(playbook)
    if (current.last_reviewed_on, current.last_reviewed_by, current.doubt) == (today, by, ""):
        return current
    _require_seen(current, seen)
    before = playbook_fields(current)
    last = revisions.last_before(current, before)
    current.review_by_on = _next_review(current, today)
    current.last_reviewed_on, current.last_reviewed_by = today, by
    current.doubt, current.doubted_at, current.doubted_by = "", None, None
    _save_next_version(current, at)
    said = replace(
        before,
        review_by_on=current.review_by_on,
        last_reviewed_on=today,
        last_reviewed_by=by,
    )
    text_search.refresh("playbook", [current.pk])
    revisions.record(current, said, by=by, at=at, summary=CONFIRMED, after=last)
    return current


def _require_seen(current: Playbook, seen: int | None) -> None:
    if seen not in (None, current.seen_version):
        raise StaleWrite("Somebody changed or reported this playbook since you opened the page.")


def _next_review(playbook: Playbook, today: date) -> date | None:
    if playbook.review_by_on is None or playbook.last_reviewed_on is None:
        return None
    every = playbook.review_by_on - playbook.last_reviewed_on
    return today + every if every.days > 0 else None


@transaction.atomic
def doubt(
    playbook: Playbook, *, note: str, seen: int | None = None, by: User, at: datetime
) -> Playbook:
    """Say that the playbook is outdated. `note`, in Markdown, says what is wrong with it.

    Its text stays as it is, with a warning above it, until somebody confirms it again. Raises
    StaleWrite where `seen` is not its current `seen_version`.
    """
    _require_author(by)
    said = clean_markdown(note)
    if not said:
        raise NothingSaid("Say what is outdated, so that the next person is warned.")
    current = Playbook.objects.select_for_update().get(pk=playbook.pk)
    if (current.doubt, current.doubted_by_id) == (said, by.pk):
        return current
    _require_seen(current, seen)
    current.doubt, current.doubted_at, current.doubted_by = said, at, by
    current.save(update_fields=["doubt", "doubted_at", "doubted_by"])
    text_search.refresh("playbook", [current.pk])
    return current


@transaction.atomic
def restore(
    playbook: Playbook,
    revision: PlaybookRevision,
    *,
    base_version: int,
    by: User,
    at: datetime,
) -> Playbook:
    """Let the playbook say again what it said in `revision`, as a change like any other.

    Its owner and its reviews stay as they are now; patterns that are no longer there are left
    out. Raises what `edit_playbook` raises.
    """
    _require_author(by)
    current = hold_playbook(playbook)
    if current.version != base_version:
        raise StalePlaybook(current)
    before = playbook_fields(current)
    parsed = parse_playbook(revision.content)
    known = FailurePattern.objects.filter(slug__in=parsed.patterns)
    said = replace(
        before,
        title=parsed.title,
        use_when=parsed.use_when,
        patterns=frozenset(known.values_list("slug", flat=True)),
        risk=parsed.risk,
        verify=parsed.verify,
        escalate=parsed.escalate,
        steps=parsed.steps,
    )
    if said == before:
        return current
    return _change(
        current, before, said, by=by, at=at, summary=f"Restored revision {revision.number}"
    )


def hold_playbook(playbook: Playbook) -> Playbook:
    """The playbook's row as it is now, with its people, held until the transaction ends."""
    rows = Playbook.objects.select_for_update(of=["self"])
    return rows.select_related("owner", "last_reviewed_by").get(pk=playbook.pk)


def _columns(said: PlaybookFields) -> dict[str, Any]:
    return {name: getattr(said, name) for name in PLAYBOOK_COLUMNS}


def _write_patterns(playbook: Playbook, said: PlaybookFields) -> None:
    playbook.patterns.set(FailurePattern.objects.filter(slug__in=said.patterns))


def _write_steps(playbook: Playbook, said: PlaybookFields) -> None:
    playbook.steps.all().delete()
    PlaybookStep.objects.bulk_create(
        PlaybookStep(playbook=playbook, position=position, **asdict(step))
        for position, step in enumerate(said.steps, start=1)
    )


def _save_next_version(row: FailurePattern | Playbook, at: datetime) -> None:
    row.version += 1
    row.updated_at = at
    row.save()


def _refuse_taken(others: models.QuerySet[Any], name: str) -> None:
    if others.exists():
        raise AlreadyThere(f"The name “{name}” is already in use.")


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
