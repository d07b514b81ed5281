"""`manage.py reseal_channels`: the addresses of chat channels, encrypted with the newest key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from messaging import operations


class Command(BaseCommand):
    help = "Encrypt the addresses of all chat channels again, with the first key of CHANNEL_KEY."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = operations.reseal_channels()
        except DomainError as error:
            raise CommandError(
                f"{error} Nothing was changed. Put the older key back, after a comma."
            ) from error
        self.stdout.write(f"{count} encrypted again")
