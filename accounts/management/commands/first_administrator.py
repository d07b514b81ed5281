"""manage.py first_administrator"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.operations import first_sign_in_link


class Command(BaseCommand):
    """Prints how the first administrator gets in; later, only where the site is."""

    help = "Make the first administrator on an empty database and print a one-time sign-in link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="print the address and no words")

    def handle(self, *args: Any, quiet: bool, **options: Any) -> None:
        link = first_sign_in_link(at=timezone.now())
        if quiet:
            self.stdout.write(link or settings.SITE_URL)
        elif link:
            self.stdout.write(f"Sign in as administrator (works once, for 15 minutes):\n{link}")
        else:
            self.stdout.write(f"Nevertwice is at {settings.SITE_URL}")
