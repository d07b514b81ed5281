"""Benchmark of computing and writing one morning's digests, in a scratch database.

    python -m bench.reminders                            # 100,000 open items, 10,000 people
    python -m bench.reminders --items 10000 --people 1000

It is nine o'clock for everybody at once. The items are spread over sixty days before and after,
and were given to their owners by somebody else within the last ninety: a third of them is news. One
in twenty belongs to a team, one in fifty to nobody or to somebody who has left, and one incident in
fifty is restricted. The first morning has the most to say: nobody was told anything yet. Prints
seconds, queries, rows and the memory of the process at its highest; fails where a morning takes a
minute.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402

from accounts.models import Role, Team, User  # noqa: E402
from action_items.models import LedgerEntry  # noqa: E402
from action_items.reminders import digest, ledger  # noqa: E402
from bench.scratch import scratch_database  # noqa: E402
from incidents.models import ActionItem, Incident  # noqa: E402
from messaging.models import Message  # noqa: E402

NINE = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)  # a Tuesday
SPREAD = 60
TEAM_SIZE = 20
COMPOSED = 200
A_MINUTE = 60
_ROWS = 2000  # a statement holds 65,535 values at most


def fill(items: int, people: int) -> None:
    """People in teams of twenty, and items of theirs, five to an incident."""
    chance = random.Random(7)
    persons = User.objects.bulk_create(_people(people), batch_size=_ROWS)
    here = [person.pk for person in persons if person.is_active]
    Team.objects.bulk_create(
        Team(name=f"Team {n}", slug=f"team-{n}", lead_id=here[n * TEAM_SIZE % len(here)])
        for n in range(max(people // TEAM_SIZE, 1))
    )
    teams = list(Team.objects.order_by("pk").values_list("pk", flat=True))
    member = Team.members.through
    member.objects.bulk_create(
        (
            member(team_id=teams[n // TEAM_SIZE % len(teams)], user_id=person.pk)
            for n, person in enumerate(persons)
        ),
        batch_size=_ROWS,
    )
    incidents = Incident.objects.bulk_create(
        _incidents(max(items // 5, 1), here, chance), batch_size=_ROWS
    )
    keys = [incident.pk for incident in incidents]
    everybody = [person.pk for person in persons]
    ActionItem.objects.bulk_create(_items(items, keys, everybody, teams, chance), batch_size=_ROWS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _people(count: int) -> Iterator[User]:
    """Return people, one in a hundred of them deactivated."""
    for n in range(count):
        yield User(
            username=f"person{n}",
            email=f"person{n}@example.com",
            full_name=f"Person {n}",
            role=Role.REVIEWER if n % 50 == 0 else Role.AUTHOR,
            is_active=n % 100 != 99,
            password="!",
        )


def _incidents(count: int, here: list[int], chance: random.Random) -> Iterator[Incident]:
    for n in range(1, count + 1):
        yield Incident(
            number=n,
            title=f"Incident number {n}",
            visibility="restricted" if n % 50 == 0 else "internal",
            status="draft" if n % 10 == 0 else "published",
            published_at=None if n % 10 == 0 else NINE,
            owner_id=chance.choice(here),
            created_at=NINE - timedelta(days=90),
            updated_at=NINE - timedelta(days=chance.randrange(90)),
        )


def _items(
    count: int, incidents: list[int], people: list[int], teams: list[int], chance: random.Random
) -> Iterator[ActionItem]:
    for n in range(count):
        item = ActionItem(
            incident_id=incidents[n // 5 % len(incidents)],
            position=n,
            title=f"Promise number {n}",
            due_on=NINE.date() + timedelta(days=chance.randint(-SPREAD, SPREAD)),
            created_at=NINE - timedelta(days=90),
            updated_at=NINE,
            given_at=NINE - timedelta(days=chance.randrange(90)),
        )
        if n % 20 == 0:
            item.owner_team_id = chance.choice(teams)
        elif n % 50 != 1:
            item.owner_id = chance.choice(people)
        yield item


class Counter:
    """Counts the queries of a block."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.queries += 1
        return execute(*arguments)

    @contextmanager
    def counting(self) -> Iterator[None]:
        with connection.execute_wrapper(self):
            yield


def morning(name: str, now: datetime) -> float:
    """Write what is due `now`; the seconds that it took."""
    counter, entries = Counter(), LedgerEntry.objects.count()
    started = time.perf_counter()
    with counter.counting():
        written = ledger.write_due(now)
    seconds = time.perf_counter() - started
    rows = LedgerEntry.objects.count() - entries
    print(
        f"{name:<28}{seconds:>8.1f} s{counter.queries:>9,} queries{len(written):>9,} messages"
        f"{rows:>9,} ledger rows"
    )
    return seconds


def composing(now: datetime) -> None:
    """Put some digests into words, as it is done when they are sent."""
    messages = Message.objects.filter(topic=ledger.TOPIC).select_related("recipient")[:COMPOSED]
    counts, started = [], time.perf_counter()
    for message in messages:
        counter = Counter()
        with counter.counting():
            digest.compose(message, now=now)
        counts.append(counter.queries)
    each = (time.perf_counter() - started) / len(counts) * 1000
    print(f"{'putting one into words':<28}{each:>8.1f} ms  {min(counts)} to {max(counts)} queries")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.reminders")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=10_000)
    options = parser.parse_args()
    with scratch_database("reminders"):
        connection.close()
        connection.close_pool()
        pid = os.fork()  # what filling takes is no part of the memory that is measured
        if pid == 0:
            fill(options.items, options.people)
            os._exit(0)
        os.waitpid(pid, 0)
        print(f"{options.items:,} open items, {options.people:,} people; {peak():.0f} MiB before")
        seconds = [
            morning("first morning", NINE),
            morning("an hour later", NINE + timedelta(hours=1)),
        ]
        Message.objects.update(sent_at=NINE)  # what was never sent would be said anew
        seconds += [
            morning("the next morning", NINE + timedelta(days=1)),
        ]
        print(f"{'memory at its highest':<28}{peak():>8.0f} MiB")
        composing(NINE)
    return int(max(seconds) > A_MINUTE)


if __name__ == "__main__":
    sys.exit(main())
