from typing import Any

from django.core.management.base import BaseCommand

from config.preparation import NotReady, prepare


class Command(BaseCommand):
    """Bring database and static files to what this version needs; safe to repeat."""

    help = "Apply migrations, collect static files and load the seeds, each only where needed."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            prepare(say=self.stdout.write)
        except NotReady as error:
            raise SystemExit(str(error)) from None
