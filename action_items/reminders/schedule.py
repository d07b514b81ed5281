"""The reminders due for one person this morning. Pure: takes facts and earlier steps, returns
steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from action_items.reminders.calendars import Morning
from action_items.reminders.candidates import Candidate
from action_items.reminders.policy import Due, Policy, due_postmortem_step, due_steps
from action_items.reminders.postmortems import PendingPostmortem

_Taken = dict[int, dict[date, list[str]]]


def _nothing() -> _Taken:
    return defaultdict(lambda: defaultdict(list))


@dataclass
class SentSteps:
    """The steps already sent to one person, by item or incident and by the day they count from."""

    items: _Taken = field(default_factory=_nothing)
    postmortems: _Taken = field(default_factory=_nothing)


@dataclass(frozen=True)
class DueReminders:
    """The reminders due for one person this morning. False if there are none."""

    items: list[tuple[Candidate, Due]]
    postmortems: list[tuple[PendingPostmortem, Due]]

    def __bool__(self) -> bool:
        return bool(self.items or self.postmortems)

    def add_to(self, sent: SentSteps) -> None:
        """Add these reminders to those already `sent`."""
        for candidate, due in self.items:
            sent.items[candidate.item][due.since].append(due.step)
        for waiting, due in self.postmortems:
            sent.postmortems[waiting.incident][due.since].append(due.step)


def due_reminders(
    candidates: Iterable[Candidate],
    waiting: Iterable[PendingPostmortem],
    morning: Morning,
    *,
    policy: Policy,
    sent: SentSteps,
) -> DueReminders:
    """Return the reminders due this morning for a person with these candidates."""
    return DueReminders(
        items=list(_of_items(candidates, morning, policy, sent.items)),
        postmortems=list(_of_postmortems(waiting, morning, policy, sent.postmortems)),
    )


def _of_items(
    candidates: Iterable[Candidate], morning: Morning, policy: Policy, taken: _Taken
) -> Iterator[tuple[Candidate, Due]]:
    for candidate in candidates:
        before = taken.get(candidate.item, {})
        for due in due_steps(candidate.facts, candidate.part, morning, policy=policy, taken=before):
            yield candidate, due


def _of_postmortems(
    waiting: Iterable[PendingPostmortem], morning: Morning, policy: Policy, taken: _Taken
) -> Iterator[tuple[PendingPostmortem, Due]]:
    for each in waiting:
        before = taken.get(each.incident, {})
        due = due_postmortem_step(each.facts, morning, policy=policy, taken=before)
        if due is not None:
            yield each, due
