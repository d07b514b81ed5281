"""`manage.py send_reminders`: run one tick of the reminders by hand."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from action_items.reminders import immediate, ledger
from messaging import delivery

_EARLIEST, _LATEST = 2000, 2100


class Command(BaseCommand):
    help = (
        "Write the digests that are due and send all waiting messages, as the scheduled task does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now",
            metavar="MOMENT",
            help="act as if it were this moment, such as 2026-03-02T09:00:00+00:00",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = _moment(options["now"]) if options["now"] else timezone.now()
        if delivery.is_paused():
            raise CommandError(
                "Sending is paused since a restore. `manage.py resume_sending` ends the pause."
            )
        written = [*ledger.write_due(now), *immediate.write_due(now)]
        outcomes = delivery.deliver(delivery.due(now), clock=lambda: now)
        self.stdout.write(f"{len(written)} written")
        counts = Counter(outcomes.values())
        for outcome in delivery.Outcome:
            if counts[outcome]:
                self.stdout.write(f"{counts[outcome]} {outcome}")
        if counts[delivery.Outcome.FAILED]:
            raise CommandError("Some messages could not be sent; they are tried again later.")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"--now is {text!r}; expected a moment such as 2026-03-02T09:00:00+00:00."
        ) from error
    if moment.tzinfo is None:
        raise CommandError(
            f"--now is {text!r}, which has no time zone; add one, such as +00:00 or Z."
        )
    if not _EARLIEST <= moment.year <= _LATEST:
        raise CommandError(f"--now is {text!r}; expected a year from {_EARLIEST} to {_LATEST}.")
    return moment
