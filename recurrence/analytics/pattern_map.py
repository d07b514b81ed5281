"""The map of patterns, their incidents, and their playbooks.

Its size is bounded: the most frequent patterns, and either each incident or, if there are too many
to show, the number per pattern and quarter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import TruncQuarter

from accounts.models import User
from incidents.models import Incident, LinkState, Outcome, PatternLink, PlaybookUse
from playbooks.models import FailurePattern, Playbook

PATTERNS = 30  # lanes on the map, and groups in the table
PLAYBOOKS = 30
MEETINGS = 600  # marks shown one by one; beyond, incidents are counted by quarter
NEWEST = 200  # incidents of a chosen pattern


@dataclass(frozen=True)
class Lane:
    """A pattern, with the number of matching incidents and the date of the last."""

    pk: int
    slug: str
    name: str
    total: int
    last_at: datetime | None


@dataclass(frozen=True)
class Meeting:
    """An incident with a confirmed link to a pattern."""

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
    """The number of incidents of a pattern in the quarter that begins on `first_on`."""

    pattern_id: int
    first_on: date
    incidents: int


@dataclass(frozen=True)
class Remedy:
    """A playbook for a pattern, with its uses and successes in visible incidents."""

    pattern_id: int
    slug: str
    title: str
    uses: int
    helped: int


@dataclass(frozen=True)
class Counted:
    """Counts by pattern, the most frequent first, and by quarter (UTC)."""

    lanes: tuple[Lane, ...]
    quarters: tuple[Quarter, ...]


@dataclass(frozen=True)
class PatternMap:
    """The map. One of `meetings` and `quarters` is empty.

    `left_out` is the number of patterns beyond `PATTERNS`.
    """

    lanes: tuple[Lane, ...]
    left_out: int
    meetings: tuple[Meeting, ...]
    quarters: tuple[Quarter, ...]
    remedies: tuple[Remedy, ...]


def latest(user: User, incidents: QuerySet[Incident]) -> tuple[QuerySet[Incident], bool]:
    """Return the latest `NEWEST` of `incidents`, and whether there are more.

    `incidents` comes from `visible_to(user)`.
    """
    order = (F("occurred_at").desc(nulls_last=True), "-number")
    pks = list(incidents.order_by(*order).values_list("pk", flat=True)[: NEWEST + 1])
    return Incident.objects.visible_to(user).filter(pk__in=pks[:NEWEST]), len(pks) > NEWEST


def counted(incidents: QuerySet[Incident]) -> Counted:
    """Count `incidents` for the map, in one pass over their links.

    Callers may cache the result until something is written.
    """
    rows = (
        _links(incidents)
        .annotate(quarter=TruncQuarter("incident__occurred_at", tzinfo=UTC))
        .values("pattern_id", "quarter")
        .annotate(incidents=Count("pk"), last_at=Max("incident__occurred_at"))
        .order_by("quarter", "pattern_id")
        .values_list("pattern_id", "quarter", "incidents", "last_at")
    )
    totals: Counter[int] = Counter()
    last: dict[int, datetime] = {}
    quarters = []
    for pattern, quarter, number, at in rows:
        totals[pattern] += number
        if quarter:
            quarters.append(Quarter(pattern, quarter.date(), number))
            last[pattern] = at  # quarters come in order, so the last is the latest
    in_use = FailurePattern.objects.current().filter(pk__in=totals)
    patterns = list(in_use.values_list("pk", "slug", "name"))
    shown = {pk for pk, _, _ in patterns}
    quarters = [quarter for quarter in quarters if quarter.pattern_id in shown]
    lanes = [Lane(pk, slug, name, totals[pk], last.get(pk)) for pk, slug, name in patterns]
    lanes.sort(key=lambda lane: (-lane.total, lane.name))
    return Counted(tuple(lanes), tuple(quarters))


def pattern_map(user: User, incidents: QuerySet[Incident], found: Counted) -> PatternMap:
    """Return the map of `incidents`, which comes from `visible_to(user)`.

    `found` is the result of `counted` for them. At most three queries.
    """
    lanes = found.lanes[:PATTERNS]
    shown = {lane.pk for lane in lanes}
    tells_apart = sum(lane.total for lane in lanes) <= MEETINGS
    quarters = tuple(quarter for quarter in found.quarters if quarter.pattern_id in shown)
    return PatternMap(
        lanes=lanes,
        left_out=len(found.lanes) - len(lanes),
        meetings=_meetings(_links(incidents).filter(pattern__in=shown)) if tells_apart else (),
        quarters=() if tells_apart else quarters,
        remedies=_remedies(user, lanes),
    )


def _links(incidents: QuerySet[Incident]) -> QuerySet[PatternLink]:
    meant = incidents.order_by()
    return PatternLink.objects.filter(state=LinkState.CONFIRMED, incident__in=meant).order_by()


_MEETING = ("number", "reference", "title", "severity")
_WHEN = ("occurred_at", "occurred_precision", "time_zone")


def _meetings(links: QuerySet[PatternLink]) -> tuple[Meeting, ...]:
    """Return each incident once for every pattern of it, the latest first."""
    latest = (F("incident__occurred_at").desc(nulls_last=True), "-incident__number")
    columns = [f"incident__{column}" for column in (*_MEETING, *_WHEN)]
    rows: QuerySet[PatternLink, Any] = links.order_by(*latest).values_list("pattern_id", *columns)
    return tuple(Meeting(*row) for row in rows)


def _remedies(user: User, lanes: Sequence[Lane]) -> tuple[Remedy, ...]:
    """Return the playbooks for these patterns, those of the most frequent pattern first."""
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
    """Return, by playbook, the number of uses and of those that helped."""
    rows = (
        PlaybookUse.objects.visible_to(user)
        .filter(playbook__in=playbooks, incident__isnull=False)
        .order_by()
        .values("playbook")
        .annotate(uses=Count("pk"), helped=Count("pk", filter=Q(outcome=Outcome.HELPED)))
        .values_list("playbook", "uses", "helped")
    )
    return {playbook: (uses, helped) for playbook, uses, helped in rows}
