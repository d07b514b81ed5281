"""manage.py sign_in_link USERNAME_OR_EMAIL"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from accounts.operations import issue_sign_in_link


class Command(BaseCommand):
    """Prints a link that signs one person in, once, within 15 minutes."""

    help = "Print a one-time sign-in link, good for 15 minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", help="user name or e-mail address")

    def handle(self, *args: Any, person: str, **options: Any) -> None:
        try:
            user = User.objects.called(person.strip())
        except User.MultipleObjectsReturned as error:
            raise CommandError(
                f"“{person}” is the user name of one person and the e-mail address of another. "
                "Give the exact user name."
            ) from error
        if user is None:
            raise CommandError(f"No user has the user name or e-mail address “{person}”.")
        if not user.is_active:
            raise CommandError(f"“{person}” is deactivated and cannot sign in.")
        self.stdout.write(issue_sign_in_link(user, at=timezone.now()))
