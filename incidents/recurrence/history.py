"""The other incidents of an incident's patterns, and what they promised.

Everything here is read through `visible_to`: to somebody who may not see an incident, it did not
happen. Histories are bounded, so that a pattern with ten thousand incidents costs no more than
one with twenty-five.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Role, User
from core.prepared import Prepared, among
from incidents.models import ActionItem, ActionItemStatus, Incident, LinkState

NEIGHBOURS = 25  # incidents of a pattern that are looked at on either side of one
LOOKED_THROUGH = 10  # earlier incidents whose promises are looked through


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

    def is_before(self, incident: Incident) -> bool:
        """Earlier by date; by number where either date is not recorded."""
        if self.occurred_at and incident.occurred_at and self.occurred_at != incident.occurred_at:
            return self.occurred_at < incident.occurred_at
        return self.number < incident.number


@dataclass(frozen=True)
class Promise:
    """An action item of an earlier incident of the pattern."""

    pk: int
    title: str
    status: str
    due_on: date | None
    closed_at: datetime | None
    incident_id: int

    @property
    def is_open(self) -> bool:
        return self.status not in (ActionItemStatus.DONE, ActionItemStatus.WONT_DO)

    def days_overdue(self, today: date) -> int:
        """How many days past its due date an open promise is; 0 when it is not."""
        if not self.is_open or self.due_on is None:
            return 0
        return max((today - self.due_on).days, 0)


@dataclass(frozen=True)
class Link:
    """A link of the incident to a pattern, with the keys of the incidents that were recorded next
    before and after it under that pattern, and the pattern's playbooks as (slug, title, risk)."""

    pk: int
    state: str
    origin: str
    evidence: str
    slug: str
    name: str
    before: list[int]
    after: list[int]
    playbooks: list[list[str]]


@dataclass(frozen=True)
class PlaybookLabel:
    slug: str
    title: str
    risk: str


@dataclass(frozen=True)
class History:
    """One pattern of an incident: the incidents before and after it, nearest first, and what was
    promised before it. `is_whole` is false where there are more than were looked at."""

    link: Link
    earlier: tuple[PastIncident, ...]
    later: tuple[PastIncident, ...]
    playbooks: tuple[PlaybookLabel, ...]
    is_whole: bool
    promises: tuple[Promise, ...] = field(default=())

    @property
    def ordinal(self) -> int:
        """Which time this is: 1 for the first incident of the pattern."""
        return len(self.earlier) + 1

    @property
    def open_promises(self) -> tuple[Promise, ...]:
        return tuple(promise for promise in self.promises if promise.is_open)

    @property
    def declined(self) -> tuple[Promise, ...]:
        return tuple(item for item in self.promises if item.status == ActionItemStatus.WONT_DO)

    def failed_fix(self, incident: Incident) -> Promise | None:
        """A promise of an earlier incident that was done before this one happened all the same."""
        if incident.occurred_at is None:
            return None
        for promise in self.promises:
            done = promise.closed_at if promise.status == ActionItemStatus.DONE else None
            if done and done < incident.occurred_at:
                return promise
        return None


def histories(incident: Incident, user: User) -> list[History]:
    """The patterns that `incident` is linked to, each with its history as `user` may see it.

    Dismissed and suggested links come along without promises. Three queries.
    """
    links = _links(incident)
    others = _visible({pk for link in links for pk in link.before + link.after}, user)
    found = [_history(incident, link, others) for link in links]
    wanted = {
        past.pk
        for history in found
        if history.link.state == LinkState.CONFIRMED
        for past in history.earlier[:LOOKED_THROUGH]
    }
    promises = _promises(wanted, incident) if wanted else []
    return [_with_promises(history, promises) for history in found]


def earlier_incidents(incident: Incident, user: User) -> list[History]:
    """The confirmed patterns under which `incident` is not the first, oftenest first."""
    found = [
        history
        for history in histories(incident, user)
        if history.link.state == LinkState.CONFIRMED and history.earlier
    ]
    return sorted(found, key=lambda history: -history.ordinal)


# By hand: through the ORM, putting this query together takes ten times as long as answering it.
# The keys of neighbours say nothing until `_visible` has been asked for them.
_LINKS = """
SELECT link.id, link.state, link.origin, link.evidence, pattern.slug, pattern.name,
  ARRAY(SELECT near.incident_id FROM incidents_patternlink near
        WHERE near.pattern_id = link.pattern_id AND near.state = 'confirmed'
          AND near.incident_id < link.incident_id
        ORDER BY near.incident_id DESC LIMIT %(most)s),
  ARRAY(SELECT near.incident_id FROM incidents_patternlink near
        WHERE near.pattern_id = link.pattern_id AND near.state = 'confirmed'
          AND near.incident_id > link.incident_id
        ORDER BY near.incident_id LIMIT %(most)s),
  ARRAY(SELECT ARRAY[playbook.slug, playbook.title, playbook.risk]
        FROM playbooks_playbook playbook
        JOIN playbooks_playbook_patterns meant ON meant.playbook_id = playbook.id
        WHERE meant.failurepattern_id = link.pattern_id ORDER BY playbook.title)
FROM incidents_patternlink link
JOIN playbooks_failurepattern pattern ON pattern.id = link.pattern_id
WHERE link.incident_id = %(incident)s ORDER BY pattern.name
"""


def _links(incident: Incident) -> list[Link]:
    with connection.cursor() as cursor:
        cursor.execute(_LINKS, {"incident": incident.pk, "most": NEIGHBOURS + 1})
        return [Link(*row) for row in cursor.fetchall()]


_PAST = ("pk", "number", "reference", "title", "occurred_at", "occurred_precision", "time_zone")


def _visible(pks: set[int], user: User) -> dict[int, PastIncident]:
    """Those of these incidents that `user` may know of."""
    if not pks or not user.is_active:
        return {}
    return {row[0]: PastIncident(*row) for row in _past(Role(user.role), user.pk, list(pks))}


@Prepared
def _past(role: Role, user_pk: int, pks: int) -> QuerySet[Any, Any]:
    visible = Incident.objects.visible_to(User(pk=user_pk, role=role))
    return visible.filter(among("pk", pks)).order_by().values_list(*_PAST)


def _history(incident: Incident, link: Link, others: dict[int, PastIncident]) -> History:
    near = [*link.before[:NEIGHBOURS], *link.after[:NEIGHBOURS]]
    seen = [others[pk] for pk in near if pk in others]
    return History(
        link=link,
        earlier=tuple(_nearest(past for past in seen if past.is_before(incident))),
        later=tuple(reversed(_nearest(past for past in seen if not past.is_before(incident)))),
        playbooks=tuple(PlaybookLabel(*row) for row in link.playbooks),
        is_whole=not any(
            pk in others for pk in (*link.before[NEIGHBOURS:], *link.after[NEIGHBOURS:])
        ),
    )


def _nearest(incidents: Iterable[PastIncident]) -> list[PastIncident]:
    """Latest first; those without a date keep their place by number."""
    return sorted(
        incidents,
        key=lambda past: (past.occurred_at is not None, past.occurred_at or 0, past.number),
        reverse=True,
    )


def _promises(incident_ids: set[int], incident: Incident) -> Sequence[Promise]:
    """Open and declined promises of these incidents, and those done before `incident` happened;
    what is due first comes first."""
    rows = _action_items(None, list(incident_ids))
    told = [promise for row in rows if _tells((promise := Promise(*row)), incident)]
    return sorted(told, key=lambda promise: (promise.due_on is None, promise.due_on or date.min))


@Prepared
def _action_items(_: None, incident_ids: int) -> QuerySet[Any, Any]:
    items = ActionItem.objects.filter(among("incident_id", incident_ids))
    columns = ("pk", "title", "status", "due_on", "closed_at", "incident_id")
    return items.order_by("incident_id", "position").values_list(*columns)


def _tells(promise: Promise, incident: Incident) -> bool:
    if promise.status != ActionItemStatus.DONE:
        return True
    done, happened = promise.closed_at, incident.occurred_at
    return done is not None and happened is not None and done < happened


def _with_promises(history: History, promises: Sequence[Promise]) -> History:
    if history.link.state != LinkState.CONFIRMED:
        return history
    ids = {past.pk for past in history.earlier[:LOOKED_THROUGH]}
    return History(
        history.link,
        history.earlier,
        history.later,
        history.playbooks,
        history.is_whole,
        tuple(promise for promise in promises if promise.incident_id in ids),
    )
