"""Figures on follow-up: action items done on time, how long they stay open, and the effort spent.

Everything is counted over the incidents that the reader may see, so that no number reveals others.
A rate without cases is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import User
from action_items.follow_up.ages import Ages, ages
from action_items.follow_up.counts import Days, first_months
from action_items.follow_up.on_time import counted
from action_items.follow_up.owners import Holders, Row, by_service, holders
from action_items.follow_up.recurring import RecurringPattern, recurring_patterns
from action_items.follow_up.scope import Reach
from action_items.models import LedgerEntry
from action_items.steps import ASSIGNED
from incidents.models import CLOSED, ActionItemChange, ActionItemStatus, Changed
from incidents.models.action_item import ActionItemQuerySet
from messaging.models import Message


@dataclass(frozen=True)
class Scope:
    """The teams and services to count, and the period. Empty `teams` or `services` mean all.

    The period goes from the day `since` to `today`, both in `zone`, as all days are. A decision is
    due after `decision_after` days overdue.
    """

    today: date
    since: date
    zone: ZoneInfo
    decision_after: int
    teams: tuple[int, ...] = ()
    services: tuple[int, ...] = ()


@dataclass(frozen=True)
class OnTime:
    """Items done, those of them with a due date, and those that met it."""

    done: int = 0
    dated: int = 0
    met: int = 0

    @property
    def rate(self) -> float | None:
        """Done by the due date ÷ done with a due date, from 0 to 1."""
        return self.met / self.dated if self.dated else None

    def __add__(self, other: OnTime) -> OnTime:
        return OnTime(self.done + other.done, self.dated + other.dated, self.met + other.met)


@dataclass(frozen=True)
class Month:
    first_on: date
    on_time: OnTime


@dataclass(frozen=True)
class Effort:
    """Effort in the period.

    `reminders` are those about items `closed` in it. Moving a due date counts as a re-date, setting
    the first one does not.
    """

    closed: int
    declined: int
    reminders: int
    snoozes: int
    redates: int

    @property
    def reminders_per_closed(self) -> float | None:
        return self.reminders / self.closed if self.closed else None


@dataclass(frozen=True)
class FollowUp:
    """The follow-up figures of a scope.

    Months are the last twelve, the oldest first; `to_re_review` are declined items whose accepted
    risk is due for another review by today.
    """

    scope: Scope
    period: OnTime
    months: tuple[Month, ...]
    effort: Effort
    ages: Ages
    holders: Holders
    services: tuple[Row, ...]
    to_re_review: int
    patterns: tuple[RecurringPattern, ...]

    @property
    def year(self) -> OnTime:
        """The last twelve months together, including the current one."""
        return sum((month.on_time for month in self.months), OnTime())

    @property
    def is_empty(self) -> bool:
        """True if nothing is open, was done or declined, or is due for re-review."""
        closed = self.year.done or self.effort.closed
        return not (closed or self.holders.open or self.to_re_review or self.holders.nobodys)


def follow_up(reader: User | None, scope: Scope, *, keep: bool = False) -> FollowUp:
    """Return the figures of `scope` over what `reader` may see, or what everybody may if it is
    None.

    With `keep`, sums are cached, and only blocks with new writes are counted again.
    """
    reach = Reach.of(reader, scope.services, scope.teams)
    decide_on = scope.today - timedelta(days=scope.decision_after)
    days = Days(today=scope.today, zone=scope.zone, decide_on=decide_on)
    counts = counted(reach, days, keep=keep)
    closings = [_Closing(*key, *numbers) for key, numbers in counts.closed.items()]
    return FollowUp(
        scope=scope,
        period=_on_time(closings, scope.since),
        months=_months(closings, scope.today),
        effort=_effort(reach.items, closings, scope),
        ages=ages(counts.made, today=scope.today),
        holders=holders(counts.held, reach, today=scope.today, decide_on=decide_on),
        services=by_service(counts.services, chosen=scope.services),
        to_re_review=reach.items.to_re_review(scope.today).count(),
        patterns=recurring_patterns(counts, reach),
    )


def _midnight(day: date, scope: Scope) -> datetime:
    return datetime.combine(day, time(), tzinfo=scope.zone)


# --- closed items -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Closing:
    """Items closed on one day with one status."""

    on: date
    status: str
    items: int
    dated: int
    met: int


def _on_time(closings: list[_Closing], since: date, before: date = date.max) -> OnTime:
    meant = [
        OnTime(one.items, one.dated, one.met)
        for one in closings
        if one.status == ActionItemStatus.DONE and since <= one.on < before
    ]
    return sum(meant, OnTime())


def _months(closings: list[_Closing], today: date) -> tuple[Month, ...]:
    firsts = first_months(today)
    ends = [*firsts[1:], date.max]
    return tuple(
        Month(first, _on_time(closings, first, end))
        for first, end in zip(firsts, ends, strict=True)
    )


def _effort(items: ActionItemQuerySet, closings: list[_Closing], scope: Scope) -> Effort:
    in_period = [one for one in closings if one.on >= scope.since]
    since = _midnight(scope.since, scope)
    put_off = ActionItemChange.objects.filter(what__in=[Changed.SNOOZE, Changed.DUE])
    changes = put_off.filter(item__in=items, at__gte=since)
    counted = changes.aggregate(
        snoozes=Count("pk", filter=Q(what=Changed.SNOOZE) & ~Q(after="")),
        redates=Count("pk", filter=Q(what=Changed.DUE) & ~Q(before="")),
    )
    return Effort(
        closed=sum(one.items for one in in_period),
        declined=sum(one.items for one in in_period if one.status == ActionItemStatus.WONT_DO),
        reminders=_reminders(items.filter(status__in=CLOSED, closed_at__gte=since)),
        **counted,
    )


def _reminders(items: ActionItemQuerySet) -> int:
    """Count the reminders sent about `items`, including replacements on another channel.

    Notices of assignment are not reminders.
    """
    stand_in = Message.objects.filter(instead_of=OuterRef("message"), sent_at__isnull=False)
    sent = Q(message__sent_at__isnull=False) | Exists(stand_in)
    return LedgerEntry.objects.filter(sent, action_item__in=items).exclude(step=ASSIGNED).count()
