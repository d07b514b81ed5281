"""Importing failure patterns and playbooks from what their files say."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.errors import DomainError
from core.exchange.problems import Problem, Problems, fatal
from playbooks.content import PlaybookFields
from playbooks.exchange import ParsedPattern, ParsedPlaybook
from playbooks.models import FailurePattern, Playbook
from playbooks.operations import create_pattern, create_playbook, edit_pattern, edit_playbook


class ImportRefused(DomainError):
    """A file cannot be imported. `problems` says why, with lines; nothing was written."""

    def __init__(self, problems: Collection[Problem]) -> None:
        super().__init__(" ".join(p.message for p in problems if not p.warning))
        self.problems = tuple(problems)


@transaction.atomic
def store_pattern(parsed: ParsedPattern, *, by: User | None, at: datetime) -> FailurePattern:
    """The pattern of this slug, made or brought to what `parsed` says; again changes nothing.

    Raises ImportRefused, having written nothing.
    """
    if parsed.refused:
        raise ImportRefused(parsed.problems)
    found = FailurePattern.objects.filter(slug=parsed.slug).first()
    if found is None:
        return create_pattern(parsed.said, slug=parsed.slug, by=by, at=at)
    return edit_pattern(found, parsed.said, base_version=found.version, by=by, at=at)


def problems_of_names(
    parsed: ParsedPlaybook, *, patterns: Collection[str] = ()
) -> tuple[Problem, ...]:
    """What the playbook names that is not known here; `patterns` are about to be imported too."""
    problems = Problems()
    known = set(patterns)
    known |= set(
        FailurePattern.objects.filter(slug__in=parsed.patterns).values_list("slug", flat=True)
    )
    for slug in parsed.patterns:
        if slug not in known:
            problems.error(parsed.patterns_line, f"There is no failure pattern “{slug}” here.")
    people = _people(parsed)
    for username in (parsed.owner, parsed.last_reviewed_by):
        if username and username not in people:
            problems.warn(None, f"Nobody here is called “{username}”; the name was left out.")
    return problems.in_order()


def _people(parsed: ParsedPlaybook) -> dict[str, User]:
    usernames = {parsed.owner, parsed.last_reviewed_by} - {""}
    if not usernames:
        return {}
    return {person.username: person for person in User.objects.filter(username__in=usernames)}


@transaction.atomic
def store_playbook(parsed: ParsedPlaybook, *, by: User | None, at: datetime) -> Playbook:
    """The playbook of this slug, made or brought to what `parsed` says; again changes nothing.

    Raises ImportRefused, having written nothing.
    """
    problems = parsed.problems + problems_of_names(parsed)
    if fatal(problems):
        raise ImportRefused(problems)
    people = _people(parsed)
    said = PlaybookFields(
        title=parsed.title,
        use_when=parsed.use_when,
        patterns=frozenset(parsed.patterns),
        risk=parsed.risk,
        verify=parsed.verify,
        escalate=parsed.escalate,
        owner=people.get(parsed.owner),
        last_reviewed_on=parsed.last_reviewed_on,
        last_reviewed_by=people.get(parsed.last_reviewed_by),
        review_by_on=parsed.review_by_on,
        steps=parsed.steps,
    )
    found = Playbook.objects.filter(slug=parsed.slug).first()
    if found is None:
        return create_playbook(said, slug=parsed.slug, by=by, at=at)
    return edit_playbook(found, said, base_version=found.version, by=by, at=at)
