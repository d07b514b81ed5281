from typing import Any

from django.core.management.base import BaseCommand

from config.server import CannotServe, serve


class Command(BaseCommand):
    """Serve the whole product until Ctrl-C. script/server calls this once all is installed."""

    help = "Run the database (unless DATABASE_URL is set), web, worker and beat until Ctrl-C."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            serve()
        except CannotServe as error:
            raise SystemExit(str(error)) from None
        except KeyboardInterrupt:
            raise SystemExit(130) from None
