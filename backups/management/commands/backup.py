"""`manage.py backup`: everything that the product keeps, in one file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, OperationalError
from django.utils import timezone

from backups import operations
from backups.making import megabytes
from backups.models import BackupKind
from core.errors import DomainError
from core.templatetags.ui import counted

WITHOUT_KEYS = (
    "Its keys are not in it. Keep SECRET_KEY (or var/secret_key) and CHANNEL_KEY in another safe "
    "place: without them chat channels must be entered again after a restore, and links in mails "
    "already sent stop working. --with-keys includes them."
)
WITH_KEYS = "It contains the installation's keys: anyone who reads it can sign in as any user."


class Command(BaseCommand):
    help = "Write database and uploads to one checksummed file; the server may keep running."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to",
            metavar="FILE-OR-FOLDER",
            type=Path,
            help="the file to write; default: a new file in BACKUP_DIR",
        )
        parser.add_argument(
            "--with-keys", action="store_true", help="include SECRET_KEY and CHANNEL_KEY"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            finished = operations.back_up(
                _path(options["to"]), with_keys=options["with_keys"], clock=timezone.now
            )
        except psycopg.OperationalError as error:
            # Every command says in the same words that the database cannot be reached.
            raise OperationalError(str(error)) from error
        except (DomainError, OSError, psycopg.Error, Error) as error:
            raise CommandError(f"No backup was made. {operations.reason_of(error)}") from error
        except KeyboardInterrupt:
            self.stderr.write("Interrupted. No backup was made.")
            raise SystemExit(130) from None
        made = finished.made
        content = f"{counted(made.rows, 'row')}, {counted(made.uploads.number, 'upload')}"
        self.stdout.write(f"{made.path}: {megabytes(made.size)}, {content}.")
        if made.warning:
            self.stderr.write(made.warning)
        self.stdout.write(WITH_KEYS if options["with_keys"] else WITHOUT_KEYS)


def _path(to: Path | None) -> Path | None:
    """The file that `--to` means: a folder gets a file with a name of its own."""
    if to is None:
        return None
    if to.is_dir():
        to = to / operations.file_name(BackupKind.COMMAND, timezone.now())
    return to.absolute()
