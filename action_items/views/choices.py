"""Choices of the filters of the action item list, and labels for active filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Value
from django.http import QueryDict

from accounts.models import Team, User
from action_items.views.filters import NOBODY, ActionItemFilters
from core import times
from core.prepared import Prepared
from incidents.models import Incident
from incidents.views import filters as incident_filters
from incidents.views.filter_parts import Chip, Choice, choices_of, marked, without

CHOICES = incident_filters.CHOICES
_NOBODY = Choice(NOBODY, "Nobody")
_NAMED = 10  # incidents and people in one address


@dataclass(frozen=True)
class Menu:
    """Everything that the filter form offers, with the chosen values marked."""

    status: tuple[Choice, ...]
    priority: tuple[Choice, ...]
    kind: tuple[Choice, ...]
    due: tuple[Choice, ...]
    service: tuple[Choice, ...]
    pattern: tuple[Choice, ...]
    team: tuple[Choice, ...]
    people: tuple[Choice, ...]
    sort: tuple[Choice, ...]
    group: tuple[Choice, ...]
    owner: str
    incident: str
    text: str
    since: str
    until: str
    scope: str
    view: str


def choices(query: QueryDict, user: User) -> dict[str, list[Choice]]:
    """Return the services, patterns, teams and people that `user` may filter by.

    Values named in `query` are added; incidents only if named. Two queries, and one more each for
    people and incidents that are named.
    """
    labels = incident_filters.choices(query, user)
    offered: dict[str, list[Choice]] = {
        "service": labels["service"],
        "pattern": labels["pattern"],
        "team": [],
        "owner": [_NOBODY],
        "incident": [],
    }
    for kind, pk, value, name in _teams_and_people(None):
        offered[kind].append(Choice(value, name or value, pk))
    if incidents := [name.strip().upper() for name in _named(query, "incident")]:
        visible = Incident.objects.visible_to(user).filter(reference__in=incidents)
        for pk, reference in visible.values_list("pk", "reference"):
            offered["incident"].append(Choice(reference, reference, pk))
    known = {choice.value for choice in offered["owner"]}
    if missing := [name for name in _named(query, "owner") if name not in known]:
        for person in User.objects.filter(username__in=missing):
            offered["owner"].append(Choice(person.username, str(person), person.pk))
    return offered


def _named(query: QueryDict, kind: str) -> list[str]:
    """Return the values named in the address, without those containing NUL, which PostgreSQL
    rejects.
    """
    return [name for name in query.getlist(kind) if name and "\0" not in name][:_NAMED]


@Prepared
def _teams_and_people(_: None) -> QuerySet[Any, Any]:
    teams = Team.objects.annotate(what=Value("team")).order_by("name")
    people = User.objects.filter(is_active=True).annotate(what=Value("owner"))
    return teams.values_list("what", "pk", "slug", "name")[:CHOICES].union(
        people.order_by("full_name", "username").values_list(
            "what", "pk", F("username"), F("full_name")
        )[:CHOICES],
        all=True,
    )


def menu(
    filters: ActionItemFilters, offered: dict[str, list[Choice]], fixed: dict[str, Any]
) -> Menu:
    """Return the form's choices; `fixed` are those that are the same for everybody, by kind."""
    lists: dict[str, Any] = {
        kind: marked(choices_of(labels), filters.values(kind)) for kind, labels in fixed.items()
    }
    for kind in ("service", "pattern", "team"):
        lists[kind] = marked(offered[kind], filters.values(kind))
    lists["sort"] = marked(choices_of(fixed["sort"]), [filters.sort])
    lists["group"] = marked(choices_of(fixed["group"]), [filters.group])
    return Menu(
        **lists,
        people=tuple(offered["owner"]),
        owner=next(iter(filters.values("owner")), ""),
        incident=next(iter(filters.values("incident")), ""),
        text=filters.text,
        since=str(filters.since or ""),
        until=str(filters.until or ""),
        scope=filters.scope,
        view=filters.view,
    )


_WORDS = {
    "service": "{}",
    "pattern": "{}",
    "team": "Team {}",
    "owner": "Owned by {}",
    "incident": "After {}",
}


def chips(filters: ActionItemFilters, query: QueryDict) -> list[Chip]:
    """Return the active filters, each with the address of the list without it."""
    found = []
    for kind, chosen in filters.chosen.items():
        text = ", ".join(choice.label for choice in chosen)
        found.append(Chip(_WORDS.get(kind, "{}").format(text), without(query, kind)))
    if filters.since:
        found.append(Chip(f"Due from {times.day(filters.since)}", without(query, "since")))
    if filters.until:
        found.append(Chip(f"Due until {times.day(filters.until)}", without(query, "until")))
    if filters.text:
        found.append(Chip(f"“{filters.text}”", without(query, "q")))
    return found
