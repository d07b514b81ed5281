"""`manage.py learn`: what incidents are known by, and what decisions teach."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from likeness import index


class Command(BaseCommand):
    """Reads what incidents are known by, and what people's decisions about patterns teach.

    The background work does so by itself after every save; this is for afterwards, when it did
    not run, or was far behind. With --all everything is read anew, as after an upgrade.
    """

    help = "Read what incidents are known by, and learn from what was decided about patterns."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="read everything anew")

    def handle(self, **options: Any) -> None:
        learn = index.rebuild if options["all"] else index.catch_up
        read = learn(at=timezone.now())
        self.stdout.write(f"{read} incident{'' if read == 1 else 's'} read.")
