"""`manage.py resume_sending`: reminders and messages are sent again after a restore."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from messaging import operations


class Command(BaseCommand):
    help = "End the pause of reminders and messages that a restore begins."

    def handle(self, *args: Any, **options: Any) -> None:
        if operations.resume_sending(by=None, at=timezone.now()):
            self.stdout.write("Sending resumed. The next reminders go out within the hour.")
        else:
            self.stdout.write("Sending was not paused.")
