"""All incidents of one pattern over time, the fixes after each, and whether they held."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Count, F, Func, Q

from accounts.models import User
from action_items.models import FixAnswer, FixCheck
from core.each_row import among_linked
from core.prepared import among
from incidents.models import ActionItem, ActionItemStatus, Incident, PatternLink, Precision, Service
from playbooks.models import FailurePattern

MOST = 200  # incidents of a pattern that are looked at, the latest
ROUGH = (Precision.APPROXIMATE, Precision.UNKNOWN)


@dataclass(frozen=True)
class Fix:
    """A fix: an action item completed after an incident of the pattern.

    `done_at` is that of the completion that was judged, if one was: the item may have been reopened
    since.
    """

    pk: int
    title: str
    done_at: datetime
    incident_pk: int


@dataclass(frozen=True)
class Occurrence:
    """An incident of the pattern."""

    link_pk: int
    pk: int
    number: int
    reference: str
    title: str
    severity: str
    occurred_at: datetime | None
    occurred_precision: str
    time_zone: str

    @property
    def is_rough(self) -> bool:
        return self.occurred_precision in ROUGH

    def is_after(self, other: Occurrence) -> bool:
        """Return True if it is later by date, or by number if either date is not recorded."""
        if self.occurred_at and other.occurred_at and self.occurred_at != other.occurred_at:
            return self.occurred_at > other.occurred_at
        return self.number > other.number


@dataclass(frozen=True)
class Occurrences:
    """The incidents of a pattern, the latest first, undated ones last; and their fixes, the
    earliest first.

    `is_whole` is False if there are more incidents.
    """

    incidents: list[Occurrence]
    fixes: list[Fix]
    answered: frozenset[tuple[int, int]]  # action item and the incident in which it was judged
    judged: Mapping[int, Fix]  # by incident, the fix judged not to have held
    is_whole: bool

    @cached_property
    def failed_fixes(self) -> dict[int, tuple[Fix, bool]]:
        """The fix that did not prevent each incident, and whether somebody said so; by key.

        A fix judged in the incident takes precedence; otherwise it is the last one completed
        before, unless somebody said that it held.
        """
        by_pk = {incident.pk: incident for incident in self.incidents}
        moments = [fix.done_at for fix in self.fixes]
        found: dict[int, tuple[Fix, bool]] = {}
        for incident in self.incidents:
            if incident.pk in self.judged:
                found[incident.pk] = (self.judged[incident.pk], True)
            elif incident.occurred_at is not None:
                positions_before = range(bisect_left(moments, incident.occurred_at) - 1, -1, -1)
                before = (self.fixes[place] for place in positions_before)
                fix = next(self._unjudged(before, incident, by_pk), None)
                if fix is not None:
                    found[incident.pk] = (fix, False)
        return found

    def _unjudged(
        self, fixes: Iterable[Fix], incident: Occurrence, by_pk: Mapping[int, Occurrence]
    ) -> Iterator[Fix]:
        for fix in fixes:
            is_answered = (fix.pk, incident.pk) in self.answered
            if incident.is_after(by_pk[fix.incident_pk]) and not is_answered:
                yield fix


def occurrences(user: User, pattern: FailurePattern) -> Occurrences:
    """Return the latest incidents of `pattern` visible to `user`, with their fixes. Five
    queries.
    """
    latest = _latest(user, pattern)
    pks = latest[:MOST]
    shown = _incidents(pattern, pks)
    within = (among("incident", pks), among("action_item__incident", pks))
    checks = FixCheck.objects.filter(*within).order_by("pk")
    said = list(checks.values_list("incident_id", "answer", *_FIX_OF_CHECK))
    return Occurrences(
        incidents=shown,
        fixes=_fixes(pks, {Fix(*fix) for _, _, *fix in said}),
        answered=frozenset((fix[0], asked) for asked, _, *fix in said),
        judged={asked: Fix(*fix) for asked, answer, *fix in said if answer == _FAILED},
        is_whole=len(latest) <= MOST,
    )


def _latest(user: User, pattern: FailurePattern) -> list[int]:
    """Return the keys of the latest incidents, and one more if there are more.

    A query of its own: an index has keys and dates, so no incident in between is read.
    """
    order = (F("occurred_at").desc(nulls_last=True), "-number")
    visible = Incident.objects.visible_to(user).filter(of_pattern(pattern.pk)).order_by(*order)
    return list(visible.values_list("pk", flat=True)[: MOST + 1])


def of_pattern(pattern_pk: int, key: str = "pk") -> Q | Func:
    """Return a condition: the incident with that `key` has a confirmed link to the pattern."""
    linked = PatternLink.objects.confirmed().filter(pattern=pattern_pk).order_by()
    return among_linked(key, linked.values("incident"))


def _incidents(pattern: FailurePattern, pks: Sequence[int]) -> list[Occurrence]:
    """Return the incidents with these keys, which the caller has checked to be visible, in their
    order.
    """
    columns = ("number", "reference", "title", "severity")
    when = ("occurred_at", "occurred_precision", "time_zone")
    links = PatternLink.objects.filter(among("incident", list(pks)), pattern=pattern).order_by()
    rows = links.values_list(
        "pk", "incident_id", *(f"incident__{name}" for name in (*columns, *when))
    )
    found = {row[1]: Occurrence(*row) for row in rows}
    return [found[pk] for pk in pks if pk in found]


_FIX_OF_CHECK = ("action_item_id", "action_item__title", "done_at", "action_item__incident_id")
_FAILED = FixAnswer.DID_NOT_HOLD


def _fixes(incident_pks: Sequence[int], judged: set[Fix]) -> list[Fix]:
    """Return the completed items of these incidents, and those judged, even if reopened since."""
    done = ActionItem.objects.filter(
        among("incident", list(incident_pks)), status=ActionItemStatus.DONE
    )
    rows = done.order_by().values_list("pk", "title", "closed_at", "incident_id")
    found = judged | {
        Fix(pk, title, closed_at, incident) for pk, title, closed_at, incident in rows if closed_at
    }
    return sorted(found, key=lambda fix: (fix.done_at, fix.pk))


def services_hit(incident_pks: Sequence[int]) -> list[tuple[str, str, int]]:
    """Return the services of these visible incidents as (name, slug, incidents), the most frequent
    first.

    One query.
    """
    hit = Service.objects.filter(among("incidents", list(incident_pks))).annotate(
        hits=Count("incidents")
    )
    return list(hit.order_by("-hits", "name").values_list("name", "slug", "hits"))
