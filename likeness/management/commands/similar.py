"""`manage.py similar`: print similar incidents and the reasons."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from likeness import index, reasons
from likeness.similarity import Similar, similar_to
from search.command_arguments import incident_argument, user_argument


class Command(BaseCommand):
    """Print the similar incidents that the incident's page shows to a user, best first.

    Without --as, those that every signed-in user may see. With --json it prints a list of objects
    with `reference`, `title`, `score` (0 to about 1), `reasons` and `confirmed`.
    """

    help = "List similar incidents, each with the reasons."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="such as INC-3")
        parser.add_argument("--json", action="store_true", help="print a JSON list")
        parser.add_argument("--as", dest="username", metavar="USER", help="as this person sees it")

    def handle(self, **options: Any) -> None:
        user = user_argument(options["username"])
        incident = incident_argument(options["reference"], user)
        index.catch_up(at=timezone.now())
        found = similar_to(incident, user).similar
        if options["json"]:
            objects = [_as_object(one) for one in found]
            self.stdout.write(json.dumps(objects, ensure_ascii=False, indent=2))
            return
        if not found:
            self.stdout.write("No similar incidents.")
        for one in found:
            self.stdout.write(f"{one.reference}  {one.title}")
            self.stdout.write(f"    {reasons.sentence(one)}")


def _as_object(one: Similar) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "title": one.title,
        "score": one.score,
        "reasons": reasons.reasons(one),
        "confirmed": one.is_confirmed,
    }
