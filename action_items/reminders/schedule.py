"""What is new for one person this morning. Pure: facts and what was told before in, steps out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from action_items.reminders.calendars import Morning
from action_items.reminders.candidates import Claim
from action_items.reminders.policy import Due, Policy, due_postmortem_step, due_steps
from action_items.reminders.postmortems import Waiting

_Taken = dict[int, dict[date, list[str]]]


def _nothing() -> _Taken:
    return defaultdict(lambda: defaultdict(list))


@dataclass
class Told:
    """What one person was told of before: steps by item or incident, and by the day they count
    from."""

    items: _Taken = field(default_factory=_nothing)
    postmortems: _Taken = field(default_factory=_nothing)


@dataclass(frozen=True)
class News:
    """What one person is to be told of this morning. False where that is nothing."""

    items: list[tuple[Claim, Due]]
    postmortems: list[tuple[Waiting, Due]]

    def __bool__(self) -> bool:
        return bool(self.items or self.postmortems)

    def add_to(self, told: Told) -> None:
        """Count all of this among what was told."""
        for claim, due in self.items:
            told.items[claim.item][due.since].append(due.step)
        for waiting, due in self.postmortems:
            told.postmortems[waiting.incident][due.since].append(due.step)


def news(
    claims: Iterable[Claim],
    waiting: Iterable[Waiting],
    morning: Morning,
    *,
    policy: Policy,
    told: Told,
) -> News:
    """What is to be said this morning to somebody who has these claims."""
    return News(
        items=list(_of_items(claims, morning, policy, told.items)),
        postmortems=list(_of_postmortems(waiting, morning, policy, told.postmortems)),
    )


def _of_items(
    claims: Iterable[Claim], morning: Morning, policy: Policy, taken: _Taken
) -> Iterator[tuple[Claim, Due]]:
    for claim in claims:
        before = taken.get(claim.item, {})
        for due in due_steps(claim.facts, claim.part, morning, policy=policy, taken=before):
            yield claim, due


def _of_postmortems(
    waiting: Iterable[Waiting], morning: Morning, policy: Policy, taken: _Taken
) -> Iterator[tuple[Waiting, Due]]:
    for each in waiting:
        before = taken.get(each.incident, {})
        due = due_postmortem_step(each.facts, morning, policy=policy, taken=before)
        if due is not None:
            yield each, due
