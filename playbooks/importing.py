"""Importing failure patterns and playbooks from what their files say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.errors import DomainError
from core.exchange.problems import Problem, Problems, fatal
from playbooks.archiving import set_pattern_archived, set_playbook_archived
from playbooks.content import PlaybookFields
from playbooks.exchange import (
    ParsedPattern,
    ParsedPlaybook,
    pattern_of,
    render_playbook,
    write_playbook,
)
from playbooks.models import FailurePattern, Playbook
from playbooks.operations import create_pattern, create_playbook, edit_pattern, edit_playbook

_MOST_REVISIONS = 50


class ImportRefused(DomainError):
    """A file cannot be imported. `problems` says why, with lines; nothing was written."""

    def __init__(self, problems: Collection[Problem]) -> None:
        super().__init__(" ".join(p.message for p in problems if not p.warning))
        self.problems = tuple(problems)


def edits_replaced(parsed: ParsedPattern | ParsedPlaybook) -> FailurePattern | Playbook | None:
    """The pattern or playbook that storing `parsed` would change although it was changed here.

    The file of a playbook is based on the revision that it differs least from. Patterns have no
    revisions, so one that says something else counts as changed.
    """
    if isinstance(parsed, ParsedPattern):
        pattern = FailurePattern.objects.filter(slug=parsed.slug).first()
        return pattern if pattern and pattern_of(pattern).said != parsed.said else None
    playbook = Playbook.objects.filter(slug=parsed.slug).first()
    if playbook is None:
        return None
    lines = Counter(write_playbook(parsed).split("\n"))
    earlier = playbook.revisions.values_list("content", flat=True)[:_MOST_REVISIONS]
    nearest = min((_distance(lines, content) for content in earlier), default=0)
    now = _distance(lines, render_playbook(playbook))
    return playbook if earlier and nearest < now else None


def _distance(lines: Counter[str], content: str) -> int:
    other = Counter(content.split("\n"))
    return (lines - other).total() + (other - lines).total()


@transaction.atomic
def store_pattern(parsed: ParsedPattern, *, by: User | None, at: datetime) -> FailurePattern:
    """The pattern of this slug, made or brought to what `parsed` says; again changes nothing.

    Raises ImportRefused, having written nothing.
    """
    if parsed.refused:
        raise ImportRefused(parsed.problems)
    found = FailurePattern.objects.filter(slug=parsed.slug).first()
    if found is None:
        stored = create_pattern(parsed.said, slug=parsed.slug, by=by, at=at)
    else:
        stored = edit_pattern(found, parsed.said, base_version=found.version, by=by, at=at)
    if parsed.archived is None:
        return stored
    version = stored.version
    return set_pattern_archived(stored, parsed.archived, base_version=version, by=by, at=at)


def problems_of_names(
    parsed: ParsedPlaybook, *, patterns: Collection[str] = ()
) -> tuple[Problem, ...]:
    """List unknown names in the playbook; `patterns` are about to be imported too."""
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
            problems.warn(None, f"No user is named “{username}”; the name was left out.")
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
        stored = create_playbook(said, slug=parsed.slug, by=by, at=at)
    else:
        stored = edit_playbook(found, said, base_version=found.version, by=by, at=at)
    if parsed.archived is None:
        return stored
    version = stored.version
    return set_playbook_archived(stored, parsed.archived, base_version=version, by=by, at=at)
