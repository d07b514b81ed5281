"""Resolution of the people, teams, patterns and playbooks that a document names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import Team, User
from core.exchange.problems import Problem, Problems
from incidents.exchange.documents import ParsedActionItem, ParsedPostmortem
from playbooks.models import FailurePattern, Playbook


@dataclass(frozen=True)
class Names:
    """The rows for the names in a document; unknown names are missing."""

    people: dict[str, User]
    teams: dict[str, Team]
    patterns: dict[str, FailurePattern]
    playbooks: dict[str, Playbook]

    @classmethod
    def of(cls, parsed: ParsedPostmortem) -> Names:
        """Look up every name in `parsed`, with one query for each kind of name."""
        people = {parsed.owner, *parsed.readers, *(person for _, person in parsed.roles)}
        people |= {use.used_by for use in parsed.playbook_uses}
        teams = {*parsed.reader_teams}
        for item in parsed.action_items:
            people |= {item.owner, item.closed_by, item.verified_by}
            teams.add(item.owner_team)
        slugs = {link.slug for link in parsed.pattern_links}
        used = {use.slug for use in parsed.playbook_uses}
        return cls(
            people={p.username: p for p in User.objects.filter(username__in=people - {""})},
            teams={team.name: team for team in Team.objects.filter(name__in=teams - {""})},
            patterns={p.slug: p for p in FailurePattern.objects.filter(slug__in=slugs)},
            playbooks={p.slug: p for p in Playbook.objects.filter(slug__in=used)},
        )


def problems_of_names(
    parsed: ParsedPostmortem,
    names: Names,
    *,
    patterns: Collection[str] = (),
    playbooks: Collection[str] = (),
) -> tuple[Problem, ...]:
    """Return problems about unknown names. `patterns` and `playbooks` are slugs in the same
    import.
    """
    problems = Problems()
    for link in parsed.pattern_links:
        if link.slug not in names.patterns and link.slug not in patterns:
            problems.error(link.line, f"There is no failure pattern “{link.slug}” here.")
    for use in parsed.playbook_uses:
        if use.slug not in names.playbooks and use.slug not in playbooks:
            problems.error(use.line, f"There is no playbook “{use.slug}” here.")
    for person, line in _people(parsed):
        if person and person not in names.people:
            problems.warn(line, f"No user is named “{person}”; the name was left out.")
    for item in parsed.action_items:
        _problems_of_owner(item, names, problems)
    for team in parsed.reader_teams:
        if team not in names.teams:
            problems.warn(None, f"No team is named “{team}”; it was left out.")
    return problems.in_order()


def _people(parsed: ParsedPostmortem) -> list[tuple[str, int | None]]:
    named = [parsed.owner, *parsed.readers, *(person for _, person in parsed.roles)]
    return [
        *((person, None) for person in dict.fromkeys(named)),
        *((use.used_by, use.line) for use in parsed.playbook_uses),
        *((item.closed_by, item.line) for item in parsed.action_items),
        *((item.verified_by, item.line) for item in parsed.action_items),
    ]


def _problems_of_owner(item: ParsedActionItem, names: Names, problems: Problems) -> None:
    unknown = "kept as written, and nobody will be reminded"
    if item.owner and item.owner not in names.people:
        problems.warn(item.line, f"No user is named “{item.owner}”: {unknown}.")
    if item.owner_team and item.owner_team not in names.teams:
        problems.warn(item.line, f"No team is named “{item.owner_team}”: {unknown}.")


def settled(
    parsed: ParsedPostmortem,
    names: Names,
    *,
    number: int | None,
    current: ParsedPostmortem | None,
    at: datetime,
) -> ParsedPostmortem:
    """Return `parsed` as the database can hold it, without unknown names.

    A playbook use without a time keeps its time from `current`; a new one gets `at`.
    """
    used = {use.slug: use.used_at for use in current.playbook_uses} if current else {}
    uses = [
        replace(
            use,
            used_by=use.used_by if use.used_by in names.people else "",
            used_at=use.used_at or used.get(use.slug) or at,
        )
        for use in parsed.playbook_uses
    ]
    return replace(
        parsed,
        number=number,
        owner=parsed.owner if parsed.owner in names.people else "",
        roles=tuple((role, person) for role, person in parsed.roles if person in names.people),
        readers=tuple(person for person in parsed.readers if person in names.people),
        reader_teams=tuple(team for team in parsed.reader_teams if team in names.teams),
        action_items=tuple(_settled_item(item, names) for item in parsed.action_items),
        pattern_links=tuple(sorted(parsed.pattern_links, key=lambda link: link.slug)),
        playbook_uses=tuple(sorted(uses, key=lambda use: use.used_at or at)),
    )


def _settled_item(item: ParsedActionItem, names: Names) -> ParsedActionItem:
    owner = item.owner if item.owner in names.people else ""
    team = item.owner_team if item.owner_team in names.teams else ""
    lost = "" if owner or team else item.owner or item.owner_team
    return replace(
        item,
        owner=owner,
        owner_team=team,
        owner_as_written=item.owner_as_written or lost,
        closed_by=item.closed_by if item.closed_by in names.people else "",
        verified_by=item.verified_by if item.verified_by in names.people else "",
    )
