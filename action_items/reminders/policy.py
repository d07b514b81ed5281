"""What is said about an action item, and when: facts and a morning in, steps out. Pure.

Each step is counted from a day: from the due date shortly before it, on it, some days late, then
every week on the person's weekday, and at last one request for a decision; after that there is
silence until somebody decides. Of several steps missed over a weekend, a holiday or an outage, only
the latest is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from action_items.reminders.calendars import Morning
from core import times
from core.errors import DomainError

ASSIGNED = "assigned"
DUE_SOON = "due_soon"
DUE_TODAY = "due_today"
DECISION = "decision"
TEAM_LEAD = "team_lead"
UNASSIGNED = "unassigned"
ORPHANED = "orphaned"
RE_REVIEW = "re_review"
SNOOZE_OVER = "snooze_over"
DRAFT_UNTOUCHED = "draft_untouched"
REVIEW_WAITING = "review_waiting"

_OVERDUE = "overdue_"
_NOT_ON_THE_LADDER = -1_000
_A_WEEK = 7
NEWS_FOR = 31  # days: what was given longer ago and not told yet comes with the due date
# The ways to tell somebody of what another person gave to them, each with the priorities of which
# they are told without waiting for a digest.
NEVER, P0_AT_ONCE = "never", "p0_at_once"
AT_ONCE = {
    NEVER: frozenset[str](),
    "digest": frozenset[str](),
    P0_AT_ONCE: frozenset({"P0"}),
    "p1_at_once": frozenset({"P0", "P1"}),
}


class Part(StrEnum):
    """What somebody has to do with an action item."""

    OWNER = "owner"  # owns it, or answers for the team that does
    HEIR = "heir"  # answers for it since its owner left
    LEAD = "lead"  # leads a team of its owner
    KEEPER = "keeper"  # keeps the postmortem of an item that nobody owns


class Rung(NamedTuple):
    """A step of the ladder that an item climbs after its due date."""

    days: int
    step: str


class Due(NamedTuple):
    """That a step is due. `since` is the day that it is counted from: another day, another step."""

    step: str
    since: date


@dataclass(frozen=True)
class Policy:
    """Every number of the policy, in days. None turns off what it stands for. `assigned` is when
    somebody is told of what another person gave to them.

    Those of `unassigned_after` and `review_after` are working days of whoever is told.
    `weekdays` and `weekly_on` are ISO weekdays, Monday being 1.
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
        """The steps of an item due on `due_on`, the first one first.

        Those that come every week, or every few weeks, are on the `weekday` of whoever is told: on
        the one nearest to the day on which they would be due, so that all items of a person are
        named on the same day.
        """
        return _ladder(self, due_on.isoweekday(), weekday)

    @property
    def at_once(self) -> frozenset[str]:
        """The priorities of which a new owner is told without waiting for a digest."""
        return AT_ONCE[self.assigned]

    def reached(self, due_on: date, morning: Morning) -> str | None:
        """The latest step that an item due on `due_on` has reached; None before the first.

        The first one comes early where waiting would leave no digest for it: what is due on
        Monday is named on Friday.
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
        # Moved by three days at most, to the weekday.
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
    """Two numbers of a policy that do not go together, or one that makes no sense."""


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
    """What the policy needs to know of an open or declined action item.

    `owner_since` is the day on which the item came to its owner, or lost the last one; `given_on`
    that on which somebody else gave it to whoever is told, or to the team that they answer for.
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
    """What is to be said this morning about `item` to somebody who has that `part` in it.

    `taken` are the steps that this person was told of already, by the day they counted from.
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
    """What the policy needs to know of a postmortem that waits: a draft, or one in review.

    `since` is the day on which it was last touched or, in review, handed in.
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
    """What is to be said this morning about a postmortem to whoever it waits for."""
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
    """Whether `step` says more than all that were `taken` already.

    Those may be of an earlier policy, whose numbers were others.
    """
    place = _place(step)
    if place == _NOT_ON_THE_LADDER:
        return step not in taken
    return all(_place(name) < place for name in taken)


def is_announced(due: Due, announced: Collection[Due]) -> bool:
    """Whether `due` is one of those, or has come after one of those on the ladder meanwhile."""
    on_ladder = _place(due.step) != _NOT_ON_THE_LADDER
    return due in announced or (
        on_ladder
        and any(
            other.since == due.since and _place(other.step) != _NOT_ON_THE_LADDER
            for other in announced
        )
    )


def _place(step: str) -> float:
    """Where on the ladder a step stands, whatever policy it is of."""
    fixed = {DUE_SOON: -1.0, DUE_TODAY: 0.0, DECISION: float("inf")}
    if step in fixed:
        return fixed[step]
    days = step.removeprefix(_OVERDUE)
    return float(days) if step.startswith(_OVERDUE) and days.isdigit() else _NOT_ON_THE_LADDER
