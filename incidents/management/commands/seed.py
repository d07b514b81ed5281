"""`manage.py seed`: load the initial incidents, patterns and playbooks."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.errors import DomainError
from incidents.operations.importing.seeding import seed


class Command(BaseCommand):
    help = (
        "Load the incidents, failure patterns and playbooks that the knowledge base opens with. "
        "Loading them again changes nothing, and nothing that people changed since."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, default=settings.BASE_DIR / "seeds", metavar="DIR"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = 0
        try:
            for seeded in seed(options["folder"], at=timezone.now()):
                if seeded.left_alone:
                    self.stdout.write(f"{seeded.name}: not loaded, {seeded.left_alone}")
                elif options["verbosity"] > 1:
                    self.stdout.write(f"{seeded.name}: {seeded.became}")
                loaded += not seeded.left_alone
        except DomainError as error:
            raise CommandError(f"The seeds cannot be loaded: {error}") from error
        if options["verbosity"]:
            files = "1 file" if loaded == 1 else f"{loaded} files"
            self.stdout.write(f"Loaded {files}." if loaded else "Nothing new to load.")
