"""When to remind: facts and a moment in, steps out. Pure: no clock, no database.

One digest a person and day, in the morning of business days. For each action item the digest is
triggered by steps counted from its due date: shortly before, on the day, one and three days late,
then weekly, and at thirty days one request for a decision. After that there is silence until
somebody decides.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MORNING = time(9, 0)
DUE_SOON_DAYS = 2
# No step is taken longer before the due date: due within two days, a weekend between at most.
LOOK_AHEAD = timedelta(days=4)

_SATURDAY = 5
_FIRST_RETRY = timedelta(minutes=50)  # an hourly tick that comes a little early still retries
_RETRY_AT_LEAST_EVERY = timedelta(days=1)


class Step(StrEnum):
    """What is said about an action item at one time, in the order in which it is said."""

    DUE_SOON = "due_soon"
    DUE_TODAY = "due_today"
    OVERDUE_1 = "overdue_1"
    OVERDUE_3 = "overdue_3"
    OVERDUE_10 = "overdue_10"
    OVERDUE_17 = "overdue_17"
    OVERDUE_24 = "overdue_24"
    DECISION = "decision"


_DAYS_AFTER_DUE = {
    Step.DUE_TODAY: 0,
    Step.OVERDUE_1: 1,
    Step.OVERDUE_3: 3,
    Step.OVERDUE_10: 10,
    Step.OVERDUE_17: 17,
    Step.OVERDUE_24: 24,
    Step.DECISION: 30,
}
_ORDER = {step.value: place for place, step in enumerate(Step)}


def is_business_day(day: date) -> bool:
    return day.weekday() < _SATURDAY


def next_business_day(day: date) -> date:
    """The first business day after `day`."""
    day += timedelta(days=1)
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def step_for(due_on: date, today: date) -> Step | None:
    """The latest step that an item due on `due_on` has reached by `today`; None before the first.

    Steps that a weekend swallowed are passed over for the latest one. The first step comes early
    where waiting would leave no business day for it: what is due on Monday is named on Friday.
    """
    reached = [step for step, days in _DAYS_AFTER_DUE.items() if (today - due_on).days >= days]
    if reached:
        return reached[-1]
    is_close = (due_on - today).days <= DUE_SOON_DAYS
    is_last_chance = is_business_day(today) and next_business_day(today) >= due_on
    return Step.DUE_SOON if is_close or is_last_chance else None


def comes_after(step: Step, taken: list[str]) -> bool:
    """Whether `step` says more than all that were `taken` already, whose names may be unknown."""
    return all(_ORDER.get(name, -1) < _ORDER[step] for name in taken)


def zone_named(name: str) -> ZoneInfo:
    """The time zone called `name`; UTC where this machine does not know it any more."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def is_due_moment(now: datetime, zone: ZoneInfo) -> bool:
    """Whether digests may go to people in `zone`: from 09:00 on, on business days."""
    local = now.astimezone(zone)
    return is_business_day(local.date()) and local.time() >= MORNING


def next_attempt_at(written_at: datetime, attempts: int) -> datetime:
    """When a digest that failed `attempts` times is tried again: ever later, at least daily."""
    waited = timedelta()
    for attempt in range(min(attempts, 365)):
        waited += min(_FIRST_RETRY * 2 ** min(attempt, 10), _RETRY_AT_LEAST_EVERY)
    return written_at + waited
