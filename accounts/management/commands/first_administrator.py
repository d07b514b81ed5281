"""manage.py first_administrator"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.operations import first_sign_in_link, has_administrator, restore_administrator
from core.errors import DomainError


class Command(BaseCommand):
    """Print a sign-in link for the first administrator; later, only the site's URL."""

    help = (
        "Create the first administrator on an empty database and print a one-time sign-in link. "
        "When no active administrator is left, --username creates one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="print only the link")
        parser.add_argument(
            "--username",
            default="",
            help="make this person an active administrator, if there is none; "
            "the account is created if it does not exist",
        )

    def handle(self, *args: Any, quiet: bool, username: str, **options: Any) -> None:
        now = timezone.now()
        try:
            link = (
                restore_administrator(username, at=now) if username else first_sign_in_link(at=now)
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if quiet:
            self.stdout.write(link or settings.SITE_URL)
        elif link:
            self.stdout.write(f"Sign in as administrator (works once, for 15 minutes):\n{link}")
        else:
            self.stdout.write(f"Nevertwice is at {settings.SITE_URL}")
            if not has_administrator():
                self.stdout.write(
                    "It has no active administrator. To create one, run: "
                    "manage.py first_administrator --username NAME"
                )
