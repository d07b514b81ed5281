from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from search.rebuild import rebuild

MAX_PROCESSES = 64


class Command(BaseCommand):
    """Rebuild the whole search index. Search keeps working while it runs."""

    help = "Rebuild the whole search index."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--processes", type=int, default=1, help="number of parallel processes (1)"
        )

    def handle(self, **options: Any) -> None:
        if not 1 <= options["processes"] <= MAX_PROCESSES:
            raise CommandError(f"--processes must be a number from 1 to {MAX_PROCESSES}.")
        rebuild(self.stdout.write, processes=options["processes"])
