"""`manage.py seed`: what the knowledge base opens with."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from core.exchange.files import files_under
from incidents.operations.importing.run import ImportRun, in_order


class Command(BaseCommand):
    help = "Load the incidents, patterns and playbooks that the knowledge base opens with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.BASE_DIR / "seeds")

    def handle(self, *args: Any, **options: Any) -> None:
        run = ImportRun(by=None, at=timezone.now())
        for path in in_order(files_under(options["folder"])):
            outcome = run.take(path)
            for problem in outcome.problems:
                self.stderr.write(f"{path.name}:{problem.line}: {problem.message}")
            self.stdout.write(f"{outcome.reference} {outcome.change}")
