"""Questions raised by an import that cannot tell whether two incidents are the same."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from core.exchange.problems import Problem
from incidents.exchange import ParsedPostmortem
from incidents.models import Incident

_MOST_NAMED = 3
_MOST_LOOKED_AT = 200


def question(others: Iterable[Incident], why: str) -> Problem:
    """Return a question whether a file, stored as a new incident, is one of `others`.

    `why` says what they have in common, such as “has the same title”.
    """
    found = list(others)
    named = ", ".join(f"{other.reference} (“{other.title}”)" for other in found[:_MOST_NAMED])
    if more := len(found) - _MOST_NAMED:
        named += f" and {more} more" if more > 0 else ""
    return Problem(
        None,
        f"{named} {why}. They are separate incidents for now. If they are the same one, run "
        f"“manage.py import --update {found[0].reference} FILE” and archive the other.",
        warning=True,
    )


def of_the_same_title(parsed: ParsedPostmortem, visible: QuerySet[Incident]) -> tuple[Problem, ...]:
    """Ask about incidents with the title of `parsed`, unless both days are known and differ."""
    same = visible.filter(title__iexact=parsed.title, archived_at=None).order_by("number")
    found = [other for other in same[:_MOST_LOOKED_AT] if not _on_other_days(parsed, other)]
    if not found:
        return ()
    verb = "has" if len(found) == 1 else "have"
    return (question(found, f"{verb} the same title"),)


def _on_other_days(parsed: ParsedPostmortem, other: Incident) -> bool:
    here, there = parsed.occurred_at, other.occurred_at
    return bool(here and there and here.date() != there.date())
