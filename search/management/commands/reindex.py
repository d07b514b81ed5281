from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from search.rebuild import rebuild


class Command(BaseCommand):
    """Makes the whole search index anew. Search keeps working while it runs."""

    help = "Make the whole search index anew."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--processes", type=int, default=1, help="how many work at the same time (1)"
        )

    def handle(self, **options: Any) -> None:
        rebuild(self.stdout.write, processes=max(options["processes"], 1))
