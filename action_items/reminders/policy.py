"""The reminder policy: from facts and a morning to steps. Pure.

Each step counts from a day, mostly the due date: a reminder shortly before it, one on it, some in
the days after it, then one a week on the person's weekday, and finally one request for a decision;
then silence until somebody decides. Of several steps missed over a weekend, a holiday or an outage,
only the latest is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from action_items.reminders.calendars import Morning
from action_items.steps import (
    ASSIGNED,
    DECISION,
    DRAFT_UNTOUCHED,
    DUE_SOON,
    DUE_TODAY,
    ORPHANED,
    RE_REVIEW,
    REVIEW_WAITING,
    SNOOZE_OVER,
    TEAM_LEAD,
    UNASSIGNED,
)
from core import times
from core.errors import DomainError

_OVERDUE = "overdue_"
_NOT_ON_THE_LADDER = -1_000
_A_WEEK = 7
NEWS_FOR = 31  # days: older assignments that were not announced come with the due date
# The priorities of newly assigned items that are announced without waiting for a digest, by the
# value of `assigned`.
NEVER, P0_AT_ONCE = "never", "p0_at_once"
AT_ONCE = {
    NEVER: frozenset[str](),
    "digest": frozenset[str](),
    P0_AT_ONCE: frozenset({"P0"}),
    "p1_at_once": frozenset({"P0", "P1"}),
}


class Part(StrEnum):
    """A person's relation to an action item."""

    OWNER = "owner"  # owns it, or is responsible for the team that does
    HEIR = "heir"  # responsible for it since its owner left
    LEAD = "lead"  # leads a team of its owner
    KEEPER = "keeper"  # keeps the postmortem of an item without an owner


class Rung(NamedTuple):
    """A step of the escalation after the due date."""

    days: int
    step: str


class Due(NamedTuple):
    """A step that is due. `since` is the day from which it counts: a new day makes a new step."""

    step: str
    since: date


@dataclass(frozen=True)
class Policy:
    """All settings of the policy, in days; None turns a rule off.

    `assigned` says how a newly assigned item is announced. `unassigned_after` and `review_after`
    are working days of the recipient. `weekdays` and `weekly_on` are ISO weekdays, Monday being 1.
    """

    due_days_sev1: int = 15
    due_days_sev2: int = 30
    due_days: int = 60
    due_soon: int = 2
    overdue: tuple[int, ...] = (1, 3)
    overdue_every: int = 7
    lead_after: int | None = 7
    decision_after: int = 30
    unassigned_after: int | None = 2
    draft_after: int | None = 7
    review_after: int | None = 3
    assigned: str = P0_AT_ONCE
    snooze_days: int = 14
    snoozes: int = 3
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    hour: int = 9
    weekly_on: int = 1

    def ladder(self, due_on: date, weekday: int) -> tuple[Rung, ...]:
        """Return the steps of an item due on `due_on`, in order.

        Weekly steps, and those every few weeks, are moved to the recipient's `weekday`, to the one
        nearest to their day, so that all items of a person are mentioned on the same day.
        """
        return _ladder(self, due_on.isoweekday(), weekday)

    @property
    def at_once(self) -> frozenset[str]:
        """The priorities that a new owner is told about without waiting for a digest."""
        return AT_ONCE[self.assigned]

    def reached(self, due_on: date, morning: Morning) -> str | None:
        """Return the latest step that an item due on `due_on` has reached; None before the first.

        The first step comes early if the next digest would be too late: what is due on Monday is
        mentioned on Friday.
        """
        late = (morning.day - due_on).days
        if late >= 0:
            ladder = self.ladder(due_on, morning.calendar.weekday_of_steps)
            return [rung.step for rung in ladder if rung.days <= late][-1]
        is_close = -late <= self.due_soon
        return DUE_SOON if is_close or morning.is_last_before(due_on) else None


@lru_cache(maxsize=1024)
def _ladder(policy: Policy, due_weekday: int, weekday: int) -> tuple[Rung, ...]:
    last = max((days for days in policy.overdue if 0 < days < policy.decision_after), default=0)
    late = sorted({days for days in policy.overdue if 0 < days <= last})
    steady = range(last, policy.decision_after, policy.overdue_every)[1:]
    if policy.overdue_every % _A_WEEK == 0:
        # Moved to the weekday, by three days at most.
        moved = (days + (weekday - due_weekday - days + 3) % _A_WEEK - 3 for days in steady)
        late += [days for days in moved if last < days < policy.decision_after]
    else:
        late += steady
    return (
        Rung(0, DUE_TODAY),
        *(Rung(days, f"{_OVERDUE}{days}") for days in late),
        Rung(policy.decision_after, DECISION),
    )


class PolicyContradicts(DomainError):
    """Settings of a policy that contradict each other, or make no sense."""


def check(policy: Policy) -> None:
    """Raise PolicyContradicts, with a sentence that says what to change."""
    if not policy.due_days_sev1 <= policy.due_days_sev2 <= policy.due_days:
        raise PolicyContradicts(
            "A more severe incident must not leave more time: choose at most as many days for SEV1 "
            "as for SEV2, and at most as many for SEV2 as for the others."
        )
    if policy.due_soon >= policy.due_days_sev1:
        raise PolicyContradicts(
            "“Due soon” would begin before an action item of a SEV1 is written down: choose fewer "
            f"than {times.days(policy.due_days_sev1)}."
        )
    if any(days >= policy.decision_after for days in policy.overdue):
        raise PolicyContradicts(
            "Every reminder after the due date comes before the request for a decision: "
            f"choose days before day {policy.decision_after}."
        )
    if policy.lead_after is not None and policy.lead_after >= policy.decision_after:
        raise PolicyContradicts("The team lead is told before a decision is asked for.")
    if not policy.weekdays:
        raise PolicyContradicts("Choose at least one working day.")
    if policy.weekly_on not in policy.weekdays:
        raise PolicyContradicts("The weekly digest comes on one of the working days.")


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """The facts about an open or declined action item that the policy needs.

    `owner_since` is the day on which the item got its owner, or lost the last one; `given_on` the
    day on which somebody else assigned it to the recipient, or to a team that they are responsible
    for.
    """

    due_on: date | None
    owner_since: date
    is_declined: bool = False
    re_review_on: date | None = None
    snoozed_until: date | None = None
    given_on: date | None = None


def due_steps(
    item: ItemFacts,
    part: Part,
    morning: Morning,
    *,
    policy: Policy,
    taken: Mapping[date, Collection[str]],
) -> list[Due]:
    """Return the steps about `item` due this morning for a person with that `part` in it.

    `taken` are the steps that this person was told before, by the day they count from.
    """
    if item.snoozed_until is not None and morning.day < item.snoozed_until:
        return []
    return [
        due
        for due in _reached(item, part, morning, policy)
        if comes_after(due.step, taken.get(due.since, ()))
    ]


def _reached(item: ItemFacts, part: Part, morning: Morning, policy: Policy) -> Iterator[Due]:
    if item.is_declined:
        return _re_review(item, part, morning)
    if part == Part.LEAD:
        return _told_to_lead(item, morning, policy)
    if part == Part.KEEPER:
        return _asked_of_keeper(item, morning, policy)
    return _told_to_owner(item, part, morning, policy)


def _told_to_owner(item: ItemFacts, part: Part, morning: Morning, policy: Policy) -> Iterator[Due]:
    if part == Part.HEIR:
        yield Due(ORPHANED, item.owner_since)
    elif item.given_on is not None and _is_news(item.given_on, morning, policy):
        yield Due(ASSIGNED, item.given_on)
    step = policy.reached(item.due_on, morning) if item.due_on else None
    if step and item.due_on:
        yield Due(step, item.due_on)
        if item.snoozed_until is not None:
            yield Due(SNOOZE_OVER, item.snoozed_until)


def _is_news(given_on: date, morning: Morning, policy: Policy) -> bool:
    is_recent = (morning.day - given_on).days <= NEWS_FOR
    return is_recent and policy.assigned != NEVER


def _told_to_lead(item: ItemFacts, morning: Morning, policy: Policy) -> Iterator[Due]:
    if item.due_on is None or policy.lead_after is None:
        return
    if (morning.day - item.due_on).days >= policy.lead_after:
        yield Due(TEAM_LEAD, item.due_on)


def _asked_of_keeper(item: ItemFacts, morning: Morning, policy: Policy) -> Iterator[Due]:
    if _have_waited(policy.unassigned_after, item.owner_since, morning):
        yield Due(UNASSIGNED, item.owner_since)
    if item.due_on and policy.reached(item.due_on, morning) == DECISION:
        yield Due(DECISION, item.due_on)


def _re_review(item: ItemFacts, part: Part, morning: Morning) -> Iterator[Due]:
    if part == Part.LEAD or item.re_review_on is None:
        return
    if item.re_review_on <= morning.day:
        yield Due(RE_REVIEW, item.re_review_on)


def _have_waited(working_days: int | None, since: date, morning: Morning) -> bool:
    return working_days is not None and morning.calendar.have_passed(
        working_days, since=since, until=morning.day
    )


@dataclass(frozen=True, slots=True)
class PostmortemFacts:
    """The facts about a waiting postmortem, a draft or one in review, that the policy needs.

    `since` is the day of its last change or, in review, of the request.
    """

    is_in_review: bool
    since: date


def due_postmortem_step(
    postmortem: PostmortemFacts,
    morning: Morning,
    *,
    policy: Policy,
    taken: Mapping[date, Collection[str]],
) -> Due | None:
    """Return the step about a waiting postmortem due this morning; None if there is none."""
    if postmortem.is_in_review:
        has_waited = _have_waited(policy.review_after, postmortem.since, morning)
    else:
        days = (morning.day - postmortem.since).days
        has_waited = policy.draft_after is not None and days >= policy.draft_after
    step = REVIEW_WAITING if postmortem.is_in_review else DRAFT_UNTOUCHED
    if not has_waited or step in taken.get(postmortem.since, ()):
        return None
    return Due(step, postmortem.since)


def comes_after(step: str, taken: Collection[str]) -> bool:
    """Return True if `step` comes after all those `taken`.

    Earlier steps may follow another policy with other numbers.
    """
    place = _place(step)
    if place == _NOT_ON_THE_LADDER:
        return step not in taken
    return all(_place(name) < place for name in taken)


def is_announced(due: Due, announced: Collection[Due]) -> bool:
    """Return True if `due` is among `announced`, or follows one of these in the escalation."""
    on_ladder = _place(due.step) != _NOT_ON_THE_LADDER
    return due in announced or (
        on_ladder
        and any(
            other.since == due.since and _place(other.step) != _NOT_ON_THE_LADDER
            for other in announced
        )
    )


def _place(step: str) -> float:
    """Return the position of a step in the escalation, under any policy."""
    fixed = {DUE_SOON: -1.0, DUE_TODAY: 0.0, DECISION: float("inf")}
    if step in fixed:
        return fixed[step]
    days = step.removeprefix(_OVERDUE)
    return float(days) if step.startswith(_OVERDUE) and days.isdigit() else _NOT_ON_THE_LADDER
