"""`manage.py suggest_patterns`: print suggested failure patterns and the evidence."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from likeness import index
from likeness.pattern_suggestions import suggestions
from search.command_arguments import incident_argument, user_argument


class Command(BaseCommand):
    """Print the suggested failure patterns of an incident, best first.

    Patterns already confirmed or dismissed for it are left out. With --json it prints a list of
    objects with `slug`, `title`, `score` and `evidence`, sentences of the incident.
    """

    help = "Suggest failure patterns for an incident, with sentences as evidence."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="such as INC-3")
        parser.add_argument("--json", action="store_true", help="print a JSON list")
        parser.add_argument("--as", dest="username", metavar="USER", help="as this person sees it")

    def handle(self, **options: Any) -> None:
        incident = incident_argument(options["reference"], user_argument(options["username"]))
        index.catch_up(at=timezone.now())
        found = suggestions(incident)
        if options["json"]:
            objects = [
                {"slug": one.slug, "title": one.name, "score": one.score, "evidence": one.evidence}
                for one in found
            ]
            self.stdout.write(json.dumps(objects, ensure_ascii=False, indent=2))
            return
        if not found:
            self.stdout.write("No pattern fits well enough.")
        for one in found:
            self.stdout.write(f"{one.slug}  {one.name}")
            for sentence in one.evidence:
                self.stdout.write(f"    “{sentence}”")
