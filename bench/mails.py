"""Count the mornings on which somebody gets a digest about action items that nobody moves on.

    python -m bench.mails                    # owners of 9 to 14 items
    python -m bench.mails --items 20 30
    python -m bench.mails --backlog          # all of them late already: their second week

Pure: no database, no clock. Each owner has items with due dates spread by chance around the first
day of a quarter; a week after a decision is asked for, another item takes the place of that one.
Prints, for each number of items, digests per owner and business day, and the most in one week.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from action_items.reminders.calendars import Calendar
from action_items.reminders.policy import ItemFacts, Part, Policy, due_steps

OFFICE = Calendar(zone=ZoneInfo("UTC"), hour=9, weekdays=frozenset({1, 2, 3, 4, 5}))
START, DAYS = date(2026, 1, 5), 91
EARLIEST, LATEST = -29, 30  # days from now: overdue and not yet asked to decide, or due soon
OWNERS = 200
SECOND_WEEK = [START + timedelta(days=7 + n) for n in range(5)]
_DAY = timedelta(days=1)


def mornings(items: int, chance: random.Random, *, is_backlog: bool = False) -> list[date]:
    """The days of a quarter, or of the second week with a backlog, on which an owner of so many
    items gets a digest.

    An item whose decision is asked for is decided a week later: another takes its place.
    """
    policy = Policy()
    spread = (-20, -4) if is_backlog else (EARLIEST, LATEST)
    due_dates = [START + chance.randint(*spread) * _DAY for _ in range(items)]
    taken: list[dict[date, list[str]]] = [defaultdict(list) for _ in due_dates]
    told = []
    for day in (START + ahead * _DAY for ahead in range(DAYS)):
        for place, due_on in enumerate(due_dates):
            if (day - due_on).days > policy.decision_after + 7:
                due_dates[place] = day + chance.randint(1, LATEST) * _DAY
        if OFFICE.works_on(day) and _is_told(due_dates, taken, day, policy):
            told.append(day)
    return [day for day in told if not is_backlog or day in SECOND_WEEK]


def _is_told(
    due_dates: list[date], taken: list[dict[date, list[str]]], day: date, policy: Policy
) -> bool:
    """Return True if a step of any item is due on `day`; what is due counts as told."""
    morning, news = OFFICE.morning_of(day), 0
    for due_on, before in zip(due_dates, taken, strict=True):
        facts = ItemFacts(due_on=due_on, owner_since=START)
        for due in due_steps(facts, Part.OWNER, morning, policy=policy, taken=before):
            before[due.since].append(due.step)
            news += 1
    return news > 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.mails")
    parser.add_argument("--items", type=int, nargs=2, default=(9, 14), metavar=("FROM", "TO"))
    parser.add_argument("--backlog", action="store_true")
    given = parser.parse_args()
    first, last = given.items
    quarter = sum(OFFICE.works_on(START + ahead * _DAY) for ahead in range(DAYS))
    days = 5 if given.backlog else quarter
    print(f"{OWNERS} owners, {days} business days")
    for items in range(first, last + 1):
        chance = random.Random(items)
        told = [mornings(items, chance, is_backlog=given.backlog) for _ in range(OWNERS)]
        each = sum(map(len, told)) / OWNERS / days
        weeks = (Counter(day.isocalendar()[:2] for day in own) for own in told if own)
        most = max(max(week.values()) for week in weeks)
        print(f"{items:>4} items: {each:.2f} digests a business day, at most {most} in a week")
    return 0


if __name__ == "__main__":
    sys.exit(main())
