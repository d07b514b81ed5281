"""Writing a document to the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.errors import DomainError
from core.exchange.problems import Problem, fatal
from incidents import permissions
from incidents.exchange import ParsedPostmortem, document_of
from incidents.models import Audience, Edition, Incident, PostmortemStatus, Revision
from incidents.operations import revisions
from incidents.operations.importing.header import write_header
from incidents.operations.importing.matching import existing
from incidents.operations.importing.names import Names, problems_of_names, settled
from incidents.operations.importing.parts import write_parts
from incidents.operations.incidents import hold
from incidents.operations.numbering import next_number
from incidents.operations.times import refresh_times


class ImportRefused(DomainError):
    """A document cannot be imported. `problems` says why, with lines; nothing was written."""

    def __init__(self, problems: Collection[Problem]) -> None:
        super().__init__(" ".join(p.message for p in problems if not p.warning))
        self.problems = tuple(problems)


def problems_here(
    parsed: ParsedPostmortem,
    *,
    by: User | None,
    patterns: Collection[str] = (),
    playbooks: Collection[str] = (),
    apart_from: Collection[int] = (),
) -> tuple[Problem, ...]:
    """What would keep `parsed` from being stored here, or be left out; writes nothing.

    `patterns` and `playbooks` are slugs that are about to be imported too.
    """
    _, problems = existing(parsed, by=by, apart_from=apart_from)
    names = Names.of(parsed)
    return problems + problems_of_names(parsed, names, patterns=patterns, playbooks=playbooks)


@transaction.atomic
def store(
    parsed: ParsedPostmortem,
    *,
    by: User | None,
    at: datetime,
    apart_from: Collection[int] = (),
) -> Incident:
    """The incident that `parsed` says, made or brought to that state.

    The same again writes nothing. Parts that did not change keep their rows and versions. `by`
    None is the operator; `apart_from` are incidents that other documents of the same import have
    become, and this one therefore is not. Raises ImportRefused, having written nothing, where the
    document has problems that are no warnings.
    """
    found, problems = existing(parsed, by=by, apart_from=apart_from)
    names = Names.of(parsed)
    problems += parsed.problems + problems_of_names(parsed, names)
    if fatal(problems):
        raise ImportRefused(problems)
    held = hold(found) if found else None
    current = document_of(held) if held else None
    number = held.number if held else None
    wanted = settled(parsed, names, number=number, current=current, at=at)
    if held and wanted == current:
        return held
    _require_may_write(held, current, wanted, by)
    incident = held or _create(parsed, wanted, by=by, at=at)
    write_header(incident, wanted, current, names)
    write_parts(incident, wanted, current, names, by=by, at=at)
    refresh_times(incident)
    revision = revisions.record(incident, by=by, at=at, summary=f"Imported from {parsed.name}")
    _freeze_if_published(revision, wanted, by)
    return incident


def _create(
    parsed: ParsedPostmortem, wanted: ParsedPostmortem, *, by: User | None, at: datetime
) -> Incident:
    free = next_number()  # also where the file brings its own: nobody else may take that one now
    incident = Incident.objects.create(
        number=parsed.number or free,
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
            "Only the owner and administrators decide who may see an incident.",
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
