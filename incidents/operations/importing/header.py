"""Import of an incident's own fields, and of the names on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from incidents.exchange import ParsedPostmortem
from incidents.models import Incident, IncidentRole, Service, Tag
from incidents.operations.importing.names import Names
from incidents.operations.labels import slug_for

_COLUMNS = [
    "title",
    "status",
    "not_required_reason",
    "severity",
    "environment",
    "time_zone",
    "visibility",
    "published_at",
]
Label = TypeVar("Label", Service, Tag)


def write_header(
    incident: Incident,
    wanted: ParsedPostmortem,
    current: ParsedPostmortem | None,
    names: Names,
) -> None:
    """Write the incident's own columns and names as in `wanted`."""
    columns = _columns(wanted, names)
    changed = [name for name, value in columns.items() if getattr(incident, name) != value]
    for name in changed:
        setattr(incident, name, columns[name])
    before = current or ParsedPostmortem(title=wanted.title)
    related = _related(before) != _related(wanted)
    if current is not None and (changed or related):
        incident.version += 1
    if changed or related:
        incident.save(update_fields=[*changed, "version"])
    if before.services != wanted.services:
        incident.services.set(_labels(Service, wanted.services))
    if before.tags != wanted.tags:
        incident.tags.set(_labels(Tag, wanted.tags))
    if before.readers != wanted.readers:
        incident.readers.set([names.people[reader] for reader in wanted.readers])
    if before.reader_teams != wanted.reader_teams:
        incident.reader_teams.set([names.teams[team] for team in wanted.reader_teams])
    if before.roles != wanted.roles:
        incident.roles.all().delete()
        IncidentRole.objects.bulk_create(
            IncidentRole(incident=incident, role=role, user=names.people[person])
            for role, person in dict.fromkeys(wanted.roles)
        )


def _columns(wanted: ParsedPostmortem, names: Names) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in _COLUMNS} | {
        "owner": names.people.get(wanted.owner),
        "source_author": wanted.source.author,
        "source_publication": wanted.source.publication,
        "source_url": wanted.source.url,
        "source_published_on": wanted.source.published_on,
    }


def _related(document: ParsedPostmortem) -> tuple[Any, ...]:
    return (
        document.services,
        document.tags,
        document.readers,
        document.reader_teams,
        document.roles,
    )


def _labels(model: type[Label], wanted: Iterable[str]) -> list[Label]:
    """Return labels with exactly these names, so that an exported file reads the same; create
    unknown ones.
    """
    known = {label.name: label for label in model._default_manager.filter(name__in=wanted)}
    return [known.get(name) or _new_label(model, name) for name in wanted]


def _new_label(model: type[Label], name: str) -> Label:
    base, number = slug_for(name), 1
    slug = base
    while model._default_manager.filter(slug=slug).exists():
        number += 1
        slug = f"{base[:50]}-{number}"
    label, _ = model._default_manager.get_or_create(
        name=name, defaults={"slug": slug, "is_offered": False}
    )
    return label
