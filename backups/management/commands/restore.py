"""`manage.py restore FILE`: a backup into an empty installation."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils import timezone

from backups import restoring
from backups.archive import Archive
from backups.making import megabytes
from backups.operations import reason_of
from core import times
from core.errors import DomainError
from core.templatetags.ui import counted


class Command(BaseCommand):
    help = "Restore a backup into an empty installation, or check one with --check."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--check", action="store_true", help="only check the file and show what is in it"
        )
        parser.add_argument(
            "--replace-seeds",
            action="store_true",
            help="replace the seeds of the first start, if nobody changed them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["check"]:
                self._check(options["file"])
            else:
                self._restore(options["file"], replace_seeds=options["replace_seeds"])
        except FileNotFoundError as error:
            raise CommandError(f"There is no file {error.filename}.") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        except (OSError, Error) as error:
            raise CommandError(_reason(error)) from error
        except KeyboardInterrupt:
            self.stderr.write("Interrupted.")
            raise SystemExit(130) from None

    def _check(self, path: Path) -> None:
        with Archive(path) as archive:
            manifest = archive.manifest
            for member in archive.members():
                while member.content.read(1024 * 1024):
                    pass
            restoring.require_usable(manifest)
        created = datetime.fromisoformat(manifest["created_at"])
        rows = sum(table["rows"] for table in manifest["tables"])
        uploads = manifest["uploads"]
        keys = "with keys" if manifest["keys"]["included"] else "without keys"
        made = times.moment(created.astimezone(UTC))
        self.stdout.write(
            f"{path} is complete. It was made on {made} UTC by Nevertwice "
            f"{manifest['version']} at {manifest['site_url']}: {counted(rows, 'row')} and "
            f"{counted(uploads['number'], 'upload')} ({megabytes(uploads['size'])}), {keys}."
        )

    def _restore(self, path: Path, *, replace_seeds: bool) -> None:
        try:
            done = restoring.restore(
                path, replace_seeds=replace_seeds, at=timezone.now(), say=self.stderr.write
            )
        except (KeyboardInterrupt, OSError, Error):
            self.stderr.write("Nothing was restored.")
            raise
        self.stdout.write(
            f"Restored {counted(done.rows, 'row')} and {counted(done.uploads, 'upload')}."
        )
        for line in (*done.to_do, *_notes(done)):
            self.stdout.write(f"- {line}")
        self.stderr.write("Building the search index.")
        try:
            restoring.calculate(at=timezone.now())
        except (KeyboardInterrupt, Error):
            self.stderr.write("The search index is incomplete; the next start builds it.")
            raise


def _notes(done: restoring.Restored) -> list[str]:
    """Return the notes that an operator should read after a restore."""
    notes = ["Everybody has to sign in again."]
    if done.differing_keys:
        names, ending = (
            " and ".join(done.differing_keys),
            "s" if len(done.differing_keys) < 2 else "",
        )
        notes.append(
            f"{names} of the old installation differ{ending} from what is set here: links in mails "
            "already sent do not work."
        )
    if done.unreadable_channels:
        notes.append(
            f"{counted(done.unreadable_channels, 'chat channel')} cannot be read without the old "
            "key. Set it in .env and restart, or enter the address again."
        )
    if done.not_sent:
        notes.append(f"Due but not sent: {counted(done.not_sent, 'message')}. See Messages.")
    notes.append(
        "Sending is paused. When this installation replaces the old one, resume it on the page "
        "Messages or with `manage.py resume_sending`."
    )
    return notes


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'}: {error.strerror or error}."
    return reason_of(error)
