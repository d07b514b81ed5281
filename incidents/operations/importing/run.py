"""Importing many files: each as a whole or not at all, independently of the others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, ProgrammingError, connection

from accounts.models import User
from core.errors import DomainError
from core.exchange.files import Unreadable, read_bytes, read_text
from core.exchange.problems import Problem, fatal
from core.text import shown
from incidents.exchange import ParsedPostmortem, parse
from incidents.models import Incident
from incidents.operations.importing.source import Source
from incidents.operations.importing.store import ChangedHere, ImportRefused, problems_here, store
from playbooks import importing as playbook_importing
from playbooks.exchange import ParsedPattern, ParsedPlaybook, parse_pattern, parse_playbook
from playbooks.models import FailurePattern, Playbook

Parsed = ParsedPostmortem | ParsedPattern | ParsedPlaybook
_FORMAT = re.compile(rb"^format: *nevertwice/(pattern|playbook)/", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """The result for one file. `parsed` is None if it could not be read at all.

    `reference` is the incident's reference, or the slug; None on a dry run or if nothing was
    stored. `change` is `new`, `changed`, `unchanged` or, if edits made here were kept,
    `left alone`.
    """

    path: Path
    parsed: Parsed | None
    reference: str | None = None
    problems: tuple[Problem, ...] = ()
    change: str = ""

    @property
    def failed(self) -> bool:
        return fatal(self.problems)


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Sort `paths` so that files come after those they link to: patterns, playbooks, incidents."""
    return sorted(paths, key=lambda path: ("pattern", "playbook", "").index(_kind(path)))


def _kind(path: Path) -> str:
    try:
        match = _FORMAT.search(read_bytes(path, limit=500)[:500])
    except Unreadable:
        return ""
    return match[1].decode() if match else ""


def parse_any(text: str, *, name: str) -> Parsed:
    """Parse a file of any kind."""
    head = _FORMAT.search(text[:500].encode())
    if head and head[1] == b"pattern":
        return parse_pattern(text)
    if head:
        return parse_playbook(text)
    return parse(text, name=name)


@dataclass
class ImportRun:
    """One import of many files by one person, or by the operator, at one moment.

    `source_name` names what is imported, so that its files are recognised wherever they are;
    `update` is the incident, or the slug of the pattern or playbook, that the single file may
    replace because a person said so.
    """

    by: User | None
    at: datetime
    dry: bool = False
    source_name: str = ""
    update: Incident | str | None = None
    source: Source | None = None
    references: dict[int, Path] = field(default_factory=dict)
    patterns: set[str] = field(default_factory=set)
    playbooks: set[str] = field(default_factory=set)
    incidents: set[int] = field(default_factory=set)

    def take(self, path: Path, *, folder: Path | None = None) -> Outcome:
        """Import the file at `path`; on a dry run, check whether it could be imported.

        `folder` is the root of a named source: see `source_name`. Raises a database error only if
        it would affect every file: the database is gone, or has no tables.
        """
        try:
            text = read_text(path)
            self.source = Source.of(path, name=self.source_name, root=folder)
        except Unreadable as error:
            return Outcome(path, None, problems=(error.problem,))
        parsed = parse_any(text, name=shown(path.name))
        problems = parsed.problems + self._twice(parsed, path)
        if fatal(problems):
            return Outcome(path, parsed, problems=problems)
        try:
            if self.dry:
                return Outcome(path, parsed, problems=problems + self._tried(parsed))
            return self._stored(path, parsed, problems)
        except (ImportRefused, playbook_importing.ImportRefused) as error:
            return Outcome(path, parsed, problems=problems + _new(error.problems, problems))
        except (DomainError, PermissionDenied) as error:
            return Outcome(path, parsed, problems=(*problems, Problem(None, str(error))))
        except DatabaseError as error:
            gone = connection.connection is None or connection.connection.closed
            if gone or isinstance(error, ProgrammingError):  # so would every other file
                raise
            why = str(error).split("\n", 1)[0]
            refused = Problem(None, f"The database rejected it: {why}.")
            return Outcome(path, parsed, problems=(*problems, refused))

    def _twice(self, parsed: Parsed, path: Path) -> tuple[Problem, ...]:
        """Return a problem if another file of this run has the same reference or slug."""
        if isinstance(parsed, ParsedPostmortem):
            if parsed.number is None:
                return ()
            first = self.references.setdefault(parsed.number, path)
            if first == path:
                return ()
            other = shown(str(first))
            message = f"{parsed.reference} is in another file of this import too: {other}."
            return (Problem(None, message),)
        seen = self.patterns if isinstance(parsed, ParsedPattern) else self.playbooks
        if parsed.slug in seen:
            message = f"“{parsed.slug}” is in another file of this import too."
            return (Problem(None, message),)
        seen.add(parsed.slug)
        return ()

    def _tried(self, parsed: Parsed) -> tuple[Problem, ...]:
        if not isinstance(parsed, ParsedPostmortem):
            problems: tuple[Problem, ...] = ()
            if isinstance(parsed, ParsedPlaybook):
                problems = playbook_importing.problems_of_names(parsed, patterns=self.patterns)
            if self._replaces_edits(parsed):
                problems += (Problem(None, str(ChangedHere(parsed.slug)), warning=True),)
            return problems
        return problems_here(
            parsed,
            by=self.by,
            patterns=self.patterns,
            playbooks=self.playbooks,
            source=self.source,
            update=self._incident,
            apart_from=self.incidents,
        )

    def _stored(self, path: Path, parsed: Parsed, problems: tuple[Problem, ...]) -> Outcome:
        found = self._tried(parsed)  # now, before it could match the stored incident
        earlier = set(self.incidents)
        try:
            row = self._row(parsed)
        except ChangedHere as error:  # already among the problems found
            return Outcome(path, parsed, error.reference, problems + found, "left alone")
        change = "unchanged"
        if row.pk in earlier and isinstance(row, Incident):
            pass  # another file of this import had the same content
        elif row.created_at == self.at:
            change = "new"
        elif row.updated_at == self.at:
            change = "changed"
        reference = getattr(row, "reference", None) or getattr(row, "slug", None)
        return Outcome(path, parsed, reference, problems + found, change)

    def _row(self, parsed: Parsed) -> Incident | FailurePattern | Playbook:
        if not isinstance(parsed, ParsedPostmortem) and self._replaces_edits(parsed):
            raise ChangedHere(parsed.slug)
        if isinstance(parsed, ParsedPattern):
            return playbook_importing.store_pattern(parsed, by=self.by, at=self.at)
        if isinstance(parsed, ParsedPlaybook):
            return playbook_importing.store_playbook(parsed, by=self.by, at=self.at)
        incident = store(
            parsed,
            by=self.by,
            at=self.at,
            source=self.source,
            update=self._incident,
            apart_from=self.incidents,
        )
        self.incidents.add(incident.pk)
        return incident

    @property
    def _incident(self) -> Incident | None:
        return self.update if isinstance(self.update, Incident) else None

    def _replaces_edits(self, parsed: ParsedPattern | ParsedPlaybook) -> bool:
        return parsed.slug != self.update and bool(playbook_importing.edits_replaced(parsed))


def _new(problems: Iterable[Problem], known: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem not in known)
