"""`manage.py learn`: analyze incidents and learn from decisions."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from likeness import index


class Command(BaseCommand):
    """Analyze incidents, and learn from people's decisions about patterns.

    A background task does so after every save; use this if it did not run, or is far behind. With
    --all everything is analyzed again, as after an upgrade.
    """

    help = "Analyze incidents, and learn from decisions about patterns."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="analyze everything again")

    def handle(self, **options: Any) -> None:
        learn = index.rebuild if options["all"] else index.catch_up
        read = learn(at=timezone.now())
        self.stdout.write(f"{read} incident{'' if read == 1 else 's'} read.")
