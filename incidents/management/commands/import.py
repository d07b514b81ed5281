"""`manage.py import`: read incidents, patterns and playbooks from files."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from core.exchange.folder import Folder, look_into
from core.text import printed, shown
from incidents.exchange import ParsedPostmortem
from incidents.exchange.as_json import nothing_fields, postmortem_fields, problem_fields
from incidents.models import Incident
from incidents.operations.importing.run import ImportRun, Outcome, in_order


class Command(BaseCommand):
    help = (
        "Import postmortems, failure patterns and playbooks from files, or from all text files "
        "in folders. A file that has been imported before updates what it became, unless that "
        "was changed here since. Files that a folder import passes over are listed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument("--json", action="store_true", help="print one JSON object per file")
        parser.add_argument(
            "--as", dest="username", metavar="USER", help="with this person's permissions"
        )
        parser.add_argument(
            "--source",
            default="",
            metavar="NAME",
            help="a name for the folder, such as that of its repository: its files are then "
            "recognised wherever the folder is",
        )
        parser.add_argument(
            "--update",
            metavar="REFERENCE",
            help="the one file is this incident, such as INC-12, or the pattern or playbook of "
            "this slug, and replaces what it says",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = _person(options["username"])
        paths: list[Path] = options["paths"]
        source, update = options["source"].strip(), options["update"]
        if source and not (len(paths) == 1 and paths[0].is_dir()):
            raise CommandError("--source goes with one folder.")
        if len(source) > 200:
            raise CommandError("--source has at most 200 characters.")
        if update and not (len(paths) == 1 and not paths[0].is_dir()):
            raise CommandError("--update goes with one file.")
        run = ImportRun(
            by=person,
            at=timezone.now(),
            dry=options["dry_run"],
            source_name=source,
            update=_target(update, person) if update else None,
        )
        found = _found(paths)
        for skipped in found.skipped:
            self.stderr.write(f"{shown(str(skipped.path))}: skipped: {skipped.reason}")
        if not found.files:
            named = ", ".join(shown(str(path)) for path in paths)
            raise CommandError(f"There is no text file in the folder {named}.")
        self._import(run, found, paths[0] if source else None, as_json=options["json"])

    def _import(self, run: ImportRun, found: Folder, folder: Path | None, *, as_json: bool) -> None:
        failed = 0
        for path in in_order(dict.fromkeys(found.files)):
            outcome = run.take(path, folder=folder)
            failed += outcome.failed
            if as_json:
                self.stdout.write(json.dumps(_fields(outcome), ensure_ascii=False))
            else:
                self._say(outcome, dry=run.dry)
        count = len(dict.fromkeys(found.files))
        if found.skipped:
            self.stderr.write(f"{_files(count)} read, {len(found.skipped)} skipped.")
        if failed:
            raise CommandError(f"{failed} of {count} files could not be imported.")

    def _say(self, outcome: Outcome, *, dry: bool) -> None:
        path = shown(str(outcome.path))
        for problem in outcome.problems:
            where = f"{path}:{problem.line}" if problem.line else path
            word = "warning" if problem.warning else "error"
            self.stderr.write(printed(f"{where}: {word}: {problem.message}"))
        if not outcome.failed:
            reference = "could be imported" if dry else f"{outcome.reference} {outcome.change}"
            self.stdout.write(f"{path}: {reference}")


def _found(paths: list[Path]) -> Folder:
    """Return the files to read and those skipped, in the order requested."""
    found = Folder()
    for path in paths:
        inside = look_into(path) if path.is_dir() else Folder([path])
        found.files += inside.files
        found.skipped += inside.skipped
    return found


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _fields(outcome: Outcome) -> dict[str, Any]:
    parsed = outcome.parsed
    if isinstance(parsed, ParsedPostmortem):
        said = postmortem_fields(parsed)
    else:
        said = nothing_fields(parsed.title if parsed else None)
    return {
        "path": shown(str(outcome.path)),
        "reference": outcome.reference,
        **said,
        "problems": [problem_fields(problem) for problem in outcome.problems],
    }


def _person(username: str | None) -> User | None:
    if username is None:
        return None
    person = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise CommandError(f"No user is named “{username}”.")
    return person


def _target(reference: str, person: User | None) -> Incident | str:
    """Return the incident with this reference; any other text is returned as a slug."""
    if not reference.strip().upper().startswith("INC-"):
        return reference.strip()
    everything = Incident.objects.filter(archived_at=None)
    visible = everything if person is None else Incident.objects.visible_to(person)
    found = visible.filter(reference=reference.strip().upper()).first()
    if found is None:
        raise CommandError(f"There is no {reference} here.")
    return found
