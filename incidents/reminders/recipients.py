"""Who is reminded of what: an item's owner; for a team its lead, or else all its members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Team, User
from accounts.models.user import DigestFrequency
from incidents.models import ActionItem


def reminded() -> QuerySet[User]:
    """People who are sent digests at all: who wish it, and have an address."""
    wishing = User.objects.filter(is_active=True, digest=DigestFrequency.DAILY)
    return wishing.exclude(email="")


def with_something_due(people: QuerySet[User], *, until: date) -> QuerySet[User]:
    """Those of `people` who may have to answer for something open that is due by `until`."""
    items = ActionItem.objects.open().filter(due_on__lte=until)
    return people.filter(
        Exists(items.filter(owner=OuterRef("pk")))
        | Exists(items.filter(owner_team__lead=OuterRef("pk")))
        | Exists(items.filter(owner_team__members=OuterRef("pk")))
    )


def answered_for(people: Iterable[User], *, until: date) -> dict[int, list[ActionItem]]:
    """By person's key, what each answers for that is open and due by `until`, the oldest first.

    Takes three queries for any number of people and items. Says nothing about who may see what:
    that is asked for each person when the digest is written, and again when it is sent.
    """
    keys = {person.pk for person in people}
    people_of_team = _people_by_team(keys)
    items = (
        ActionItem.objects.open()
        .filter(due_on__lte=until)
        .filter(Q(owner__in=keys) | Q(owner_team__in=list(people_of_team)))
        .select_related("incident")
        .order_by("due_on", "priority", "pk")
    )
    found: dict[int, list[ActionItem]] = defaultdict(list)
    for item in items:
        owners = [item.owner_id] if item.owner_id else people_of_team[item.owner_team_id]
        for key in owners:
            found[key].append(item)
    return dict(found)


def _people_by_team(keys: set[int]) -> dict[int | None, list[int]]:
    """For each team that any of these people answer for, which of them do."""
    answering: dict[int | None, list[int]] = defaultdict(list)
    led = Team.objects.filter(lead__in=keys, lead__is_active=True)
    for team, lead in led.values_list("pk", "lead_id"):
        answering[team].append(lead)
    leaderless = Team.members.through.objects.filter(user__in=keys).exclude(
        team__lead__is_active=True
    )
    for team, member in leaderless.order_by("pk").values_list("team_id", "user_id"):
        answering[team].append(member)
    return answering
