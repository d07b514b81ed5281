"""Filters of the follow-up page: team, service and period."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.http import QueryDict

from accounts.models import Team, User
from incidents.views import filters as incident_filters
from incidents.views.filter_parts import Choice, choices_of, choose, marked

MINE, ALL = "mine", "all"
PERIODS = {
    "7": "last 7 days",
    "30": "last 30 days",
    "90": "last 90 days",
    "365": "last 12 months",
}
USUAL = "90"


@dataclass
class FollowUpFilters:
    """The filters in the address; `ignored` explains invalid ones."""

    team: str = ALL
    period: str = USUAL
    chosen: dict[str, list[Choice]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)

    def keys(self, kind: str) -> tuple[int, ...]:
        return tuple(choice.pk for choice in self.chosen.get(kind, []))

    @property
    def words(self) -> str:
        """A summary of the filters, such as “Payments · checkout · last 90 days”."""
        teams = ", ".join(choice.label for choice in self.chosen.get("team", []))
        services = (choice.label for choice in self.chosen.get("service", []))
        return " · ".join((teams or "All teams", *services, PERIODS[self.period]))

    def since(self, today: date) -> date:
        """Return the first day of the period that ends today."""
        return today - timedelta(days=int(self.period) - 1)


@dataclass(frozen=True)
class Menu:
    team: tuple[Choice, ...]
    service: tuple[Choice, ...]
    period: tuple[Choice, ...]


def read(query: QueryDict, user: User) -> tuple[FollowUpFilters, Menu]:
    """Return the filters in `query`, and the form's choices.

    The default is the teams that `user` leads, or all of them. Two queries.
    """
    rows = Team.objects.values_list("pk", "slug", "name", "lead_id")
    teams = {slug: Choice(slug, name, pk) for pk, slug, name, _ in rows}
    led = [teams[slug] for _, slug, _, lead in rows if lead == user.pk]
    services = incident_filters.choices(query, user)["service"]
    found = FollowUpFilters()
    choose(found, "service", query.getlist("service"), {one.value: one for one in services})
    found.team = query.get("team") or (MINE if led else ALL)
    if found.team == MINE and led:
        found.chosen["team"] = led
    elif found.team != ALL:
        choose(found, "team", [found.team], teams)
    period = query.get("period") or USUAL
    if period in PERIODS:
        found.period = period
    else:
        found.ignored.append(f"There is no period “{period[:60]}”.")
    return found, _menu(found, teams, services, bool(led))


def _menu(
    found: FollowUpFilters, teams: dict[str, Choice], services: list[Choice], leads: bool
) -> Menu:
    ours = [Choice(MINE, "The teams I lead")] if leads else []
    services_on = [choice.value for choice in found.chosen.get("service", [])]
    return Menu(
        team=marked([*ours, Choice(ALL, "All teams"), *teams.values()], [found.team]),
        service=marked(services, services_on),
        period=marked(choices_of(PERIODS), [found.period]),
    )
