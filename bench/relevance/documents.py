"""The documents that are searched: in the product by its own import, and as plain text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.utils import timezone

from core.exchange.files import read_text
from core.exchange.folder import look_into
from incidents.exchange import ParsedPostmortem
from incidents.models import SectionKind
from incidents.operations.importing.run import ImportRun, Parsed, in_order, parse_any
from playbooks.exchange import ParsedPattern, ParsedPlaybook

_LEADING = {SectionKind.SUMMARY, SectionKind.TRIGGER}


@dataclass(frozen=True)
class Plain:
    """A document as any search engine would be given it: its title, what sums it up, the rest.

    `name` is what labels call it: a file's name without suffix, pattern:slug or playbook:slug.
    `reference` is what the product calls it.
    """

    name: str
    reference: str
    title: str
    lead: str
    rest: str
    services: tuple[str, ...] = ()


def loaded(paths: Iterable[Path], names: dict[Path, str] | None = None) -> list[Plain]:
    """Import the files and index them; what they hold, as plain text.

    `names` gives files other names than their own.
    """
    run = ImportRun(by=None, at=timezone.now())
    documents = []
    for path in in_order(paths):
        outcome = run.take(path)
        assert not outcome.failed, f"{path}: {outcome.problems}"
        assert outcome.reference is not None
        parsed = parse_any(read_text(path), name=path.name)
        documents.append(_plain(parsed, (names or {}).get(path, path.stem), outcome.reference))
    call_command("reindex", stdout=StringIO())
    return documents


def _plain(parsed: Parsed, name: str, reference: str) -> Plain:
    if isinstance(parsed, ParsedPattern):
        lead = "\n".join([parsed.said.definition, *parsed.said.signals])
        slug = f"pattern:{parsed.slug}"
        return Plain(slug, slug, parsed.said.name, lead, parsed.said.recognise)
    if isinstance(parsed, ParsedPlaybook):
        slug = f"playbook:{parsed.slug}"
        steps = [
            text
            for step in parsed.steps
            for text in (step.title, step.detail, step.command, step.expected, step.if_not)
        ]
        rest = "\n".join([*steps, parsed.verify, parsed.escalate])
        return Plain(slug, slug, parsed.title, parsed.use_when, rest)
    return Plain(
        name,
        reference,
        parsed.title,
        "\n".join(_leading(parsed)),
        "\n".join(_rest(parsed)),
        parsed.services,
    )


def _leading(document: ParsedPostmortem) -> Iterator[str]:
    yield from (section.body for section in document.sections if section.kind in _LEADING)
    yield from (cause.text for cause in document.root_causes)
    yield from (item.title for item in document.action_items)


def _rest(document: ParsedPostmortem) -> Iterator[str]:
    for section in document.sections:
        yield section.title
        if section.kind not in _LEADING:
            yield section.body
    yield from (event.text for event in document.timeline)
    yield from (item.detail for item in document.action_items)
    yield from document.services
    yield from document.tags


def in_folder(folder: Path) -> tuple[list[Path], dict[Path, str]]:
    """The write-ups under `folder`, and their names where a `manifest.tsv` in it, or beside it,
    gives them: its columns `name` and `file`, the latter relative to the manifest."""
    paths = look_into(folder).files
    for manifest in (folder / "manifest.tsv", folder.parent / "manifest.tsv"):
        if manifest.exists():
            with manifest.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
            named = {(manifest.parent / row["file"]).resolve(): row["name"] for row in rows}
            known = [path for path in paths if path.resolve() in named]
            return known, {path: named[path.resolve()] for path in known}
    return paths, {}
