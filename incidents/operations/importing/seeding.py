"""Seeding: loading the initial incidents, patterns and playbooks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.db import transaction

from core.errors import DomainError
from core.exchange.files import Unreadable, read_bytes, read_text
from core.exchange.folder import look_into
from incidents.exchange import ParsedPostmortem
from incidents.models import Incident, SeededFile
from incidents.operations.importing.matching import Matcher
from incidents.operations.importing.run import Parsed, in_order, parse_any
from incidents.operations.importing.store import store
from playbooks.exchange import ParsedPattern, ParsedPlaybook
from playbooks.importing import store_pattern, store_playbook
from playbooks.models import FailurePattern, Playbook

Row = Incident | FailurePattern | Playbook


class SeedRefused(DomainError):
    """A broken seed file. Files before it were loaded; nothing of it was."""


@dataclass(frozen=True)
class Seeded:
    """The result for one seed file that is new or has changed."""

    name: str
    became: str
    left_alone: str = ""  # the reason, if people have changed it


def seed(folder: Path, *, at: datetime) -> Iterator[Seeded]:
    """Load the files under `folder` that are new or changed since they were last loaded.

    Rows that people have changed, archived or removed stay as they are. Unchanged files are not
    parsed. Raises SeedRefused.
    """
    known = {row.name: row for row in SeededFile.objects.all()}
    changed: dict[Path, str] = {}
    for path in _files(folder):
        digest = hashlib.blake2b(_read(folder, path), digest_size=32).hexdigest()
        row = known.get(path.relative_to(folder).as_posix())
        if row is None or row.digest != digest:
            changed[path] = digest
    for path in in_order(changed):
        name = path.relative_to(folder).as_posix()
        try:
            text = read_text(path)
        except Unreadable as error:
            raise SeedRefused(f"{name}: {error}") from error
        parsed = parse_any(text, name=f"seeds/{name}")
        if parsed.refused:
            first = next(problem for problem in parsed.problems if not problem.warning)
            raise SeedRefused(f"{name}:{first.line}: {first.message}")
        try:
            yield _seed_file(parsed, name, changed[path], known.get(name), at)
        except DomainError as error:
            # It conflicts with what people have changed here; their version stays.
            yield Seeded(name, "", str(error))


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise SeedRefused(f"There is no folder {folder}.")
    return look_into(folder).files


def _read(folder: Path, path: Path) -> bytes:
    try:
        return read_bytes(path)
    except Unreadable as error:
        raise SeedRefused(f"{path.relative_to(folder).as_posix()}: {error}") from error


def is_untouched() -> bool:
    """Return True if every incident, pattern and playbook is as a seed file made it."""
    seeded = set(SeededFile.objects.values_list("became", "state"))
    rows: list[Row] = [*Incident.objects.all(), *FailurePattern.objects.all()]
    rows += Playbook.objects.all()
    return all(
        (_address(row, None), _state(row)) in seeded
        and not (isinstance(row, Incident) and row.is_archived)
        for row in rows
    )


@transaction.atomic
def _seed_file(
    parsed: Parsed, name: str, digest: str, before: SeededFile | None, at: datetime
) -> Seeded:
    present = _present(parsed, before)
    why = _why_left_alone(present, before)
    if why:
        became, state = _address(present, before), None
    else:
        row = _stored(parsed, present, at)
        became, state = _address(row, before), _state(row)
    SeededFile.objects.update_or_create(
        name=name,
        defaults={"digest": digest, "became": became, "state": state, "seeded_at": at},
    )
    return Seeded(name, became, why)


def _present(parsed: Parsed, before: SeededFile | None) -> Row | None:
    """Return the row that the file became before, or the one that exists in its place."""
    if isinstance(parsed, ParsedPostmortem):
        if before:
            return Incident.objects.filter(reference=before.became).first()
        return Matcher(parsed, None).match().incident
    model = FailurePattern if isinstance(parsed, ParsedPattern) else Playbook
    slug = before.became if before else parsed.slug
    return model._default_manager.filter(slug=slug).first()


def _why_left_alone(present: Row | None, before: SeededFile | None) -> str:
    if before is None:
        return "there is one here already" if present else ""
    if present is None:
        return "it was removed here"
    if isinstance(present, Incident) and present.is_archived:
        return "it was archived here"
    return "" if before.state == _state(present) else "it was changed here"


def _stored(parsed: Parsed, present: Row | None, at: datetime) -> Row:
    if isinstance(parsed, ParsedPattern):
        return store_pattern(parsed, by=None, at=at)
    if not isinstance(parsed, ParsedPostmortem):
        return store_playbook(_for_patterns_here(parsed), by=None, at=at)
    if isinstance(present, Incident):
        return store(parsed, by=None, at=at, update=present)
    # If the team has an incident of this number, the seed takes the next one.
    return store(parsed, by=None, at=at)


def _for_patterns_here(parsed: ParsedPlaybook) -> ParsedPlaybook:
    """Limit the playbook to those of its patterns that exist here; keep all if none does.

    A playbook for several patterns stays useful to people who removed one of them; one without any
    known pattern is refused.
    """
    here = set(
        FailurePattern.objects.filter(slug__in=parsed.patterns).values_list("slug", flat=True)
    )
    kept = tuple(slug for slug in parsed.patterns if slug in here)
    return replace(parsed, patterns=kept) if kept else parsed


def _state(row: Row) -> int:
    if isinstance(row, Incident):
        return row.revisions.values_list("number", flat=True).first() or 0
    return row.version


def _address(row: Row | None, before: SeededFile | None) -> str:
    if row is None:
        return before.became if before else ""
    return row.reference if isinstance(row, Incident) else row.slug
