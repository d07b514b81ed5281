from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from search.command_arguments import user_argument
from search.criteria import Criteria, criteria_from_text
from search.engine import Hit, Results, search
from search.presentation import url_of
from search.reasons import reasons
from search.refinements import notices

MAX_RESULTS = 1_000


class Command(BaseCommand):
    """Print what the search page shows to a user, best first.

    Filters are written as in the search box: service:checkout severity:sev1 since:2025-01. Without
    --as, it finds what every signed-in user may see; restricted incidents are left out. With --json
    it prints a list of objects with `kind`, `reference` (of incidents; for action items that of
    their incident) or `slug` (of playbooks and patterns), `title`, `url`, `score`, `snippet`,
    `reasons`, `corrected_query` if the query was corrected, and `as_words` if nothing matches its
    quotes and exclusions, so that it was run as plain words.
    """

    help = "Search incidents, action items, patterns and playbooks as the search page does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query", nargs="+", help="as typed into the search box")
        parser.add_argument("--json", action="store_true", help="print a JSON list")
        parser.add_argument(
            "--as",
            dest="username",
            metavar="USER",
            help="find what this user may see; without it, what everybody may",
        )
        parser.add_argument("--limit", type=int, default=20, help="number of results to print (20)")

    def handle(self, **options: Any) -> None:
        if not 1 <= options["limit"] <= MAX_RESULTS:
            raise CommandError(f"--limit must be a number from 1 to {MAX_RESULTS}.")
        user = user_argument(options["username"])
        criteria = criteria_from_text(
            " ".join(options["query"]), user=user, today=timezone.localdate()
        )
        results = Results()
        if criteria:
            results = search(
                criteria.search_text, user=user, filters=criteria.filters, limit=options["limit"]
            )
        if options["json"]:
            found = [_as_object(hit, criteria, results) for hit in results.hits]
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            self._print(criteria, results)

    def _print(self, criteria: Criteria, results: Results) -> None:
        for notice in notices(criteria):
            self.stderr.write(
                notice.text + (f" Did you mean {notice.suggestion}?" * bool(notice.suggestion))
            )
        if results.as_words:
            self.stderr.write("No exact matches. Showing results for the words alone.")
        if results.corrected:
            self.stdout.write(f"Showing results for {results.corrected}\n\n")
        if not results.hits:
            self.stdout.write("Nothing found.")
        for hit in results.hits:
            self.stdout.write(f"{hit.reference}  {hit.text}")
            self.stdout.write(f"    {_plain(hit.snippet)}")


def _plain(pieces: Any) -> str:
    return "".join(piece.text for piece in pieces)


def _as_object(hit: Hit, criteria: Criteria, results: Results) -> dict[str, object]:
    name = "slug" if hit.kind in ("pattern", "playbook") else "reference"
    found: dict[str, object] = {
        "kind": hit.kind,
        name: hit.reference,
        "title": hit.text,
        "url": url_of(hit),
        "score": hit.score,
        "snippet": _plain(hit.snippet),
        "reasons": reasons(hit, criteria),
    }
    if results.corrected:
        found["corrected_query"] = results.corrected
    if results.as_words:
        found["as_words"] = True
    return found
