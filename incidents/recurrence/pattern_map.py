"""Patterns, the incidents they were met in, and the playbooks against them, as one picture.

Bounded whatever there is: the most frequent patterns, and either each incident or, where there
are too many to tell apart, how many a pattern had in each quarter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import TruncQuarter

from accounts.models import User
from incidents.models import Incident, LinkState, Outcome, PatternLink, PlaybookUse
from playbooks.models import Playbook

PATTERNS = 30  # lanes of the picture, and groups of the table
PLAYBOOKS = 30
INCIDENTS = 400  # links that are told apart; beyond, they are counted by quarter
NEWEST = 200  # incidents of a chosen pattern


@dataclass(frozen=True)
class Lane:
    """A pattern, how many of the incidents asked about it was met in, and when last."""

    pk: int
    slug: str
    name: str
    total: int
    last_at: datetime | None


@dataclass(frozen=True)
class Meeting:
    """An incident in which a pattern was met."""

    pattern_id: int
    number: int
    reference: str
    title: str
    severity: str
    occurred_at: datetime | None
    occurred_precision: str
    time_zone: str


@dataclass(frozen=True)
class Quarter:
    """How many incidents a pattern had in the quarter that begins on `first_on`."""

    pattern_id: int
    first_on: date
    incidents: int


@dataclass(frozen=True)
class Remedy:
    """A playbook against a pattern, and how often it helped in the incidents one may see."""

    pattern_id: int
    slug: str
    title: str
    uses: int
    helped: int


@dataclass(frozen=True)
class PatternMap:
    """The picture. Of `meetings` and `quarters` one is empty. `left_out` counts the patterns
    beyond `PATTERNS`; `is_newest_only` says that a chosen pattern has more than `NEWEST`."""

    lanes: tuple[Lane, ...]
    left_out: int
    meetings: tuple[Meeting, ...]
    quarters: tuple[Quarter, ...]
    remedies: tuple[Remedy, ...]
    is_newest_only: bool


def pattern_map(user: User, incidents: QuerySet[Incident], *, newest: bool) -> PatternMap:
    """The map of `incidents`, which must have come from `visible_to(user)`.

    With `newest`, of the latest `NEWEST` of them alone. At most five queries.
    """
    more = False
    if newest:
        pks = list(_latest(incidents).values_list("pk", flat=True)[: NEWEST + 1])
        more = len(pks) > NEWEST
        incidents = Incident.objects.visible_to(user).filter(pk__in=pks[:NEWEST])
    links = PatternLink.objects.filter(state=LinkState.CONFIRMED, incident__in=incidents.order_by())
    lanes = _lanes(links)
    shown = lanes[:PATTERNS]
    links = links.filter(pattern__in=[lane.pk for lane in shown])
    tells_apart = newest or sum(lane.total for lane in shown) <= INCIDENTS
    return PatternMap(
        lanes=tuple(shown),
        left_out=len(lanes) - len(shown),
        meetings=_meetings(links) if tells_apart else (),
        quarters=() if tells_apart else _quarters(links),
        remedies=_remedies(user, shown),
        is_newest_only=more,
    )


def _latest(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    return incidents.order_by(F("occurred_at").desc(nulls_last=True), "-number")


def _lanes(links: QuerySet[PatternLink]) -> list[Lane]:
    rows = (
        links.order_by()
        .values("pattern_id", "pattern__slug", "pattern__name")
        .annotate(total=Count("pk"), last_at=Max("incident__occurred_at"))
        .order_by("-total", "pattern__name")
        .values_list("pattern_id", "pattern__slug", "pattern__name", "total", "last_at")
    )
    return [Lane(*row) for row in rows]


_MEETING = ("number", "reference", "title", "severity")
_WHEN = ("occurred_at", "occurred_precision", "time_zone")


def _meetings(links: QuerySet[PatternLink]) -> tuple[Meeting, ...]:
    """Each incident once for every pattern that it shows, the latest first."""
    latest = (F("incident__occurred_at").desc(nulls_last=True), "-incident__number")
    columns = [f"incident__{column}" for column in (*_MEETING, *_WHEN)]
    rows: QuerySet[PatternLink, Any] = links.order_by(*latest).values_list("pattern_id", *columns)
    return tuple(Meeting(*row) for row in rows)


def _quarters(links: QuerySet[PatternLink]) -> tuple[Quarter, ...]:
    rows = (
        links.filter(incident__occurred_at__isnull=False)
        .order_by()
        .annotate(quarter=TruncQuarter("incident__occurred_at"))
        .values("pattern_id", "quarter")
        .annotate(incidents=Count("pk"))
        .order_by("quarter", "pattern_id")
        .values_list("pattern_id", "quarter", "incidents")
    )
    return tuple(Quarter(pattern, quarter.date(), count) for pattern, quarter, count in rows)


def _remedies(user: User, lanes: Sequence[Lane]) -> tuple[Remedy, ...]:
    """The playbooks against these patterns, those of the most frequent pattern first."""
    places = {lane.pk: place for place, lane in enumerate(lanes)}
    meant = Playbook.patterns.through.objects.filter(failurepattern__in=places)
    rows = meant.values_list(
        "failurepattern_id", "playbook_id", "playbook__slug", "playbook__title"
    )
    listed = sorted(rows, key=lambda row: (places[row[0]], row[3]))
    kept = set(list(dict.fromkeys(row[1] for row in listed))[:PLAYBOOKS])
    uses = _uses(user, kept)
    return tuple(
        Remedy(pattern, slug, title, *uses.get(playbook, (0, 0)))
        for pattern, playbook, slug, title in listed
        if playbook in kept
    )


def _uses(user: User, playbooks: set[int]) -> dict[int, tuple[int, int]]:
    """How often each playbook was used, and how often it helped."""
    rows = (
        PlaybookUse.objects.filter(
            playbook__in=playbooks, incident__in=Incident.objects.visible_to(user)
        )
        .order_by()
        .values("playbook")
        .annotate(uses=Count("pk"), helped=Count("pk", filter=Q(outcome=Outcome.HELPED)))
        .values_list("playbook", "uses", "helped")
    )
    return {playbook: (uses, helped) for playbook, uses, helped in rows}
