"""Visibility of incidents for many people at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from accounts.models import User
from incidents.models import Incident


def visible_incidents(people: Iterable[User], asked: Mapping[int, set[int]]) -> dict[int, set[int]]:
    """Return, by user key, which of the incidents `asked` for each user that user may see.

    Two queries for any number of people and incidents, one if none is restricted.
    """
    about = {person: asked[person.pk] for person in people if person.pk in asked}
    return Incident.objects.seen_by_each(about) if about else {}
