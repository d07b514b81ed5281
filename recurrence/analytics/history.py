"""The other incidents of an incident's patterns, and their action items.

Everything is read through `visible_to`, so that hidden incidents do not count. Histories are
bounded: a pattern with ten thousand incidents costs no more than one with a hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.models import Role, User
from core.prepared import Prepared, among
from incidents.models import Incident, LinkState, Precision
from recurrence.analytics.neighbours import Link, links
from recurrence.analytics.past_action_items import PastActionItem, past_items

_ROUGH = (Precision.APPROXIMATE, Precision.UNKNOWN)


@dataclass(frozen=True)
class PastIncident:
    """Another incident of the same pattern."""

    pk: int
    number: int
    reference: str
    title: str
    occurred_at: datetime | None
    occurred_precision: str
    time_zone: str


@dataclass(frozen=True)
class PlaybookLabel:
    slug: str
    title: str
    risk: str


@dataclass(frozen=True)
class History:
    """The history of one pattern of an incident.

    `earlier` are the latest incidents before it, latest first, `later` the next ones after it,
    `past_items` the action items of the earlier ones.
    """

    link: Link
    earlier: tuple[PastIncident, ...]
    later: tuple[PastIncident, ...]
    first: PastIncident | None
    playbooks: tuple[PlaybookLabel, ...]
    past_items: tuple[PastActionItem, ...] = field(default=())

    @property
    def ordinal(self) -> int:
        """The ordinal number of this incident within the pattern, from 1."""
        return self.link.before + 1

    @property
    def is_whole(self) -> bool:
        """False if there are more incidents than were looked at: `ordinal` is then too low."""
        return self.link.is_whole

    @property
    def others(self) -> int:
        return self.link.before + self.link.after

    @property
    def open_action_items(self) -> tuple[PastActionItem, ...]:
        return tuple(item for item in self.past_items if item.is_open)

    @property
    def declined(self) -> tuple[PastActionItem, ...]:
        return tuple(item for item in self.past_items if item.is_declined)

    def fixes(self, incident: Incident) -> tuple[PastActionItem, ...]:
        """Return the fixes completed before `incident` or judged in it, unanswered ones first."""
        found = [item for item in self.past_items if item.asks_about(incident)]
        return tuple(sorted(found, key=lambda item: item.is_answered))

    def failed_fix(self, incident: Incident) -> PastActionItem | None:
        """Return the last fix completed before `incident` that did not prevent it; None if there is
        none.

        A fix that somebody said did not hold takes precedence.
        """
        failed = [item for item in self.past_items if item.did_not_hold(incident)]
        return max(failed, key=_failing, default=None)

    def span(self, incident: Incident) -> timedelta | None:
        """Return the time from the first incident of the pattern to this one; None if a date is
        missing.
        """
        if self.link.is_undated or self.first is None or incident.occurred_at is None:
            return None
        return incident.occurred_at - self.first.occurred_at if self.first.occurred_at else None

    def is_rough(self, incident: Incident) -> bool:
        """Return True if the span is only approximate."""
        first = self.first.occurred_precision if self.first else ""
        return incident.occurred_precision in _ROUGH or first in _ROUGH


def _failing(item: PastActionItem) -> tuple[bool, float]:
    return item.is_answered, item.fixed_at.timestamp() if item.fixed_at else 0


def histories(incident: Incident, user: User) -> list[History]:
    """Return the patterns linked to `incident`, each with its history as visible to `user`.

    Dismissed and suggested links have no history. At most three queries.
    """
    found = links(incident, user)
    others = _visible({pk for link in found for pk in link.neighbours}, user)
    known_items = past_items({pk for link in found for pk in link.before_pks}, incident)
    return [_history(link, others, known_items) for link in found]


def earlier_incidents(incident: Incident, user: User) -> list[History]:
    """Return the confirmed patterns with earlier incidents than `incident`, the most frequent
    first.
    """
    found = [
        history
        for history in histories(incident, user)
        if history.link.state == LinkState.CONFIRMED and history.earlier
    ]
    return sorted(found, key=lambda history: -history.ordinal)


_PAST = ("pk", "number", "reference", "title", "occurred_at", "occurred_precision", "time_zone")


def _visible(pks: set[int], user: User) -> dict[int, PastIncident]:
    if not pks:
        return {}
    return {row[0]: PastIncident(*row) for row in _past(Role(user.role), user.pk, list(pks))}


@Prepared
def _past(role: Role, user_pk: int, pks: int) -> QuerySet[Any, Any]:
    visible = Incident.objects.visible_to(User(pk=user_pk, role=role))
    return visible.filter(among("pk", pks)).order_by().values_list(*_PAST)


def _history(
    link: Link, others: Mapping[int, PastIncident], known_items: Sequence[PastActionItem]
) -> History:
    def seen(pks: Iterable[int]) -> tuple[PastIncident, ...]:
        return tuple(others[pk] for pk in pks if pk in others)

    return History(
        link=link,
        earlier=seen(link.before_pks),
        later=seen(link.after_pks),
        first=others.get(link.first_pk) if link.first_pk else None,
        playbooks=tuple(PlaybookLabel(*row) for row in link.playbooks),
        past_items=tuple(one for one in known_items if one.incident_id in link.before_pks),
    )
