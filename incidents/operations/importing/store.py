"""Storing a document in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from accounts.models import User
from core.errors import DomainError
from core.exchange.problems import Problem, fatal
from incidents import permissions
from incidents.exchange import ParsedPostmortem, document_of
from incidents.models import Audience, Edition, Incident, PostmortemStatus, Revision
from incidents.operations import revisions
from incidents.operations.importing.comparing import based_on, latest_number
from incidents.operations.importing.header import write_header
from incidents.operations.importing.matching import Match, Matcher
from incidents.operations.importing.names import Names, problems_of_names, settled
from incidents.operations.importing.parts import write_parts
from incidents.operations.importing.places import last_import, remember
from incidents.operations.importing.source import Source
from incidents.operations.incidents import hold
from incidents.operations.numbering import next_number
from incidents.operations.times import refresh_times

_ONE_AT_A_TIME = 7_101_003  # advisory lock of imports, so that two never store the same file twice


class ImportRefused(DomainError):
    """A document that cannot be imported. `problems` says why, with lines; nothing was written."""

    def __init__(self, problems: Collection[Problem]) -> None:
        super().__init__(" ".join(p.message for p in problems if not p.warning))
        self.problems = tuple(problems)


class ChangedHere(DomainError):
    """An incident that was changed here since the file was made; nothing was written.

    `reference` is that of the incident, or the slug of a pattern or playbook.
    """

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"{reference} was changed here since this file was imported or exported, so it was "
            "left as it is. To replace what it says by this file, run “manage.py import "
            f"--update {reference} FILE”."
        )
        self.reference = reference


def problems_here(
    parsed: ParsedPostmortem,
    *,
    by: User | None,
    source: Source | None = None,
    update: Incident | None = None,
    patterns: Collection[str] = (),
    playbooks: Collection[str] = (),
    apart_from: Collection[int] = (),
) -> tuple[Problem, ...]:
    """Return the problems of storing `parsed` here, questions included; write nothing.

    `patterns` and `playbooks` are slugs in the same import; the other arguments are those of
    `store`.
    """
    match = _match(parsed, by, source, update, apart_from)
    names = Names.of(parsed)
    problems = match.problems
    problems += problems_of_names(parsed, names, patterns=patterns, playbooks=playbooks)
    if match.incident and update is None and not match.same_content:
        found, current = match.incident, document_of(match.incident)
        wanted = settled(parsed, names, number=found.number, current=current, at=found.updated_at)
        if _edited_since(match, found, wanted, current) is not None:
            problems += (Problem(None, str(ChangedHere(found.reference)), warning=True),)
    return problems


@transaction.atomic
def store(
    parsed: ParsedPostmortem,
    *,
    by: User | None,
    at: datetime,
    source: Source | None = None,
    update: Incident | None = None,
    apart_from: Collection[int] = (),
) -> Incident:
    """Create the incident that `parsed` describes, or update it to that state.

    The same again writes nothing. Unchanged parts keep their rows and versions. `by` None is the
    operator; `source` is the place of the file; `update` is the incident to update because a person
    said so, which also replaces edits made here; `apart_from` are incidents that other documents of
    the same import have become, so this document is none of them.

    Raises ImportRefused if the document has problems other than warnings, and ChangedHere if it
    would replace edits made here; in both cases nothing was written.
    """
    _one_at_a_time()
    match = _match(parsed, by, source, update, apart_from)
    names = Names.of(parsed)
    problems = match.problems + parsed.problems + problems_of_names(parsed, names)
    if fatal(problems):
        raise ImportRefused(problems)
    held = hold(match.incident) if match.incident else None
    current = document_of(held) if held else None
    number = held.number if held else None
    wanted = settled(parsed, names, number=number, current=current, at=at)
    if held and update is None:
        edited_since = _edited_since(match, held, wanted, current)
        if edited_since is not None and not match.same_content:
            raise ChangedHere(held.reference)
        if edited_since is not None:  # the file has nothing new
            remember(match.file, parsed, held, edited_since, source=source, at=at)
            return held
    if held is None or wanted != current:
        _require_may_write(held, current, wanted, by)
        held = _written(held, parsed, wanted, current, names, by=by, at=at)
    remember(match.file, parsed, held, latest_number(held), source=source, at=at)
    return held


def _edited_since(
    match: Match,
    incident: Incident,
    wanted: ParsedPostmortem,
    current: ParsedPostmortem | None,
) -> int | None:
    """Return the revision that the document is based on if it would replace later edits, else
    None.
    """
    if wanted == current:
        return None
    base = match.base if match.base is not None else based_on(incident, wanted)
    is_newer = base != latest_number(incident) or incident.writing_since is not None
    return base if is_newer else None


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])


def _match(
    parsed: ParsedPostmortem,
    by: User | None,
    source: Source | None,
    update: Incident | None,
    apart_from: Collection[int],
) -> Match:
    if update is None:
        return Matcher(parsed, by, source, apart_from).match()
    return Match(update, last_import(source))


def _written(
    incident: Incident | None,
    parsed: ParsedPostmortem,
    wanted: ParsedPostmortem,
    current: ParsedPostmortem | None,
    names: Names,
    *,
    by: User | None,
    at: datetime,
) -> Incident:
    incident = incident or _create(parsed, wanted, by=by, at=at)
    write_header(incident, wanted, current, names)
    write_parts(incident, wanted, current, names, by=by, at=at)
    refresh_times(incident)
    revision = revisions.record(incident, by=by, at=at, summary=f"Imported from {parsed.name}")
    _freeze_if_published(revision, wanted, by)
    return incident


def _create(
    parsed: ParsedPostmortem, wanted: ParsedPostmortem, *, by: User | None, at: datetime
) -> Incident:
    free = next_number()  # called even if the file has its own number, for the lock on numbers
    own = parsed.number
    if own and Incident.objects.filter(number=own).exists():
        own = None  # another incident here has it
    incident = Incident.objects.create(
        number=own or free,
        title=wanted.title,
        created_at=at,
        created_by=by,
        updated_at=at,
    )
    incident.refresh_from_db(fields=["reference"])
    return incident


def _require_may_write(
    incident: Incident | None,
    current: ParsedPostmortem | None,
    wanted: ParsedPostmortem,
    by: User | None,
) -> None:
    if by is None:
        return
    permissions.require(permissions.can_write(by), "Only authors may import.")
    before = current.status if current else PostmortemStatus.DRAFT
    if before != wanted.status and PostmortemStatus.PUBLISHED in (before, wanted.status):
        permissions.require(
            permissions.can_publish(by), "Only reviewers may import a published postmortem."
        )
    if incident and current and _seen_by(current) != _seen_by(wanted):
        permissions.require(
            permissions.can_restrict(by, incident),
            "Only the owner and administrators may change who may see an incident.",
        )


def _seen_by(document: ParsedPostmortem) -> tuple[object, ...]:
    return document.visibility, document.readers, document.reader_teams


def _freeze_if_published(revision: Revision, wanted: ParsedPostmortem, by: User | None) -> None:
    if wanted.status == PostmortemStatus.PUBLISHED and wanted.published_at:
        Edition.objects.get_or_create(
            revision=revision,
            audience=Audience.INTERNAL,
            defaults={"published_at": wanted.published_at, "published_by": by},
        )
