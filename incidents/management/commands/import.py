"""`manage.py import`: files become incidents, patterns and playbooks."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from core.exchange.files import files_under
from incidents.exchange import ParsedPostmortem
from incidents.exchange.as_json import nothing_fields, postmortem_fields, problem_fields
from incidents.operations.importing.run import ImportRun, Outcome, in_order


class Command(BaseCommand):
    help = (
        "Import postmortems, failure patterns and playbooks from files, or from all text files "
        "in folders. A file that has been imported before updates what it became."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument("--json", action="store_true", help="print one JSON object per file")
        parser.add_argument(
            "--as", dest="username", metavar="USER", help="with this person's permissions"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        run = ImportRun(by=_person(options["username"]), at=timezone.now(), dry=options["dry_run"])
        paths = []
        for path in options["paths"]:
            found = files_under(path)
            if not found:
                raise CommandError(f"There is no text file in the folder {path}.")
            paths += found
        failed = 0
        for path in in_order(dict.fromkeys(paths)):
            outcome = run.take(path)
            failed += outcome.failed
            if options["json"]:
                self.stdout.write(json.dumps(_fields(outcome), ensure_ascii=False))
            else:
                self._say(outcome, dry=run.dry)
        if failed:
            raise CommandError(f"{failed} of {len(paths)} files could not be imported.")

    def _say(self, outcome: Outcome, *, dry: bool) -> None:
        for problem in outcome.problems:
            where = f"{outcome.path}:{problem.line}" if problem.line else str(outcome.path)
            word = "warning" if problem.warning else "error"
            self.stderr.write(f"{where}: {word}: {problem.message}")
        if not outcome.failed:
            reference = "could be imported" if dry else f"{outcome.reference} {outcome.change}"
            self.stdout.write(f"{outcome.path}: {reference}")


def _fields(outcome: Outcome) -> dict[str, Any]:
    parsed = outcome.parsed
    if isinstance(parsed, ParsedPostmortem):
        said = postmortem_fields(parsed)
    else:
        said = nothing_fields(parsed.title if parsed else None)
    return {
        "path": str(outcome.path),
        "reference": outcome.reference,
        **said,
        "problems": [problem_fields(problem) for problem in outcome.problems],
    }


def _person(username: str | None) -> User | None:
    if username is None:
        return None
    person = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise CommandError(f"Nobody here is called “{username}”.")
    return person
