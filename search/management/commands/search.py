from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Role, User
from search.presentation import reference_of, url_of
from search.query import Hit, Results, search

MOST = 1_000


class Command(BaseCommand):
    """Prints what the search page shows to a person, best first.

    Without --as, it finds what every signed-in person may see: restricted incidents are left out.
    With --json it prints a list of objects `kind`, `reference`, `title`, `url`, `score`,
    `snippet`, and `corrected_query` where the query was corrected.
    """

    help = "Search incidents, patterns and playbooks as the search page does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query", nargs="+", help="as typed into the search box")
        parser.add_argument("--json", action="store_true", help="print a JSON list")
        parser.add_argument(
            "--as",
            dest="username",
            metavar="USER",
            help="find what this person may see; without it, what everybody may",
        )
        parser.add_argument("--limit", type=int, default=20, help="how many to print (20)")

    def handle(self, **options: Any) -> None:
        if not 1 <= options["limit"] <= MOST:
            raise CommandError(f"--limit is a number from 1 to {MOST}.")
        results = search(
            " ".join(options["query"]), user=_reader(options["username"]), limit=options["limit"]
        )
        if options["json"]:
            found = [_as_object(hit, results) for hit in results.hits]
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            self._print(results)

    def _print(self, results: Results) -> None:
        if results.corrected:
            self.stdout.write(f"Showing results for {results.corrected}\n\n")
        if not results.hits:
            self.stdout.write("Nothing found.")
        for hit in results.hits:
            self.stdout.write(f"{reference_of(hit.document)}  {hit.document.title}")
            self.stdout.write(f"    {_plain(hit.snippet)}")


def _reader(username: str | None) -> User | AnonymousUser:
    """Raises CommandError unless `username`, where one is given, is somebody who may sign in."""
    if username is None:
        return User(pk=0, role=Role.VIEWER)
    person = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise CommandError(f"There is nobody called “{username}” who may sign in.")
    return person


def _plain(pieces: list[Any]) -> str:
    return "".join(piece.text for piece in pieces)


def _as_object(hit: Hit, results: Results) -> dict[str, object]:
    found: dict[str, object] = {
        "kind": hit.document.kind,
        "reference": reference_of(hit.document),
        "title": hit.document.title,
        "url": url_of(hit.document),
        "score": hit.score,
        "snippet": _plain(hit.snippet),
    }
    if results.corrected:
        found["corrected_query"] = results.corrected
    return found
