"""Who of many people may see which incidents, asked at the one door there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from accounts.models import User
from incidents.models import Incident


def visible_incidents(people: Iterable[User], asked: Mapping[int, set[int]]) -> dict[int, set[int]]:
    """By person's key, which of the incidents `asked` about for them each may see.

    Takes two queries for any number of people and incidents, one where none is restricted.
    """
    about = {person: asked[person.pk] for person in people if person.pk in asked}
    return Incident.objects.seen_by_each(about) if about else {}
