"""The quarter itself: hour after hour ticks, and what goes wrong meanwhile."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from itertools import count
from random import Random

from django.db import connection

from action_items.reminders.calendars import WINDOW
from messaging import delivery
from messaging.models import Message
from tests.faults.quarter import changes
from tests.faults.quarter.listening import Listeners
from tests.faults.quarter.machine import Machine
from tests.faults.quarter.oracle import Oracle
from tests.faults.quarter.reckoning import Reckoning
from tests.faults.quarter.world import BUSINESS_DAYS, FIRST_DAY, World

DIGESTS = "action_items.tasks.send_due_digests"
MESSAGES = "messaging.tasks.send_due_messages"
# In UTC: the morning of Asia and Australia, of Europe, of America; and, around the days on which
# the clocks change, the hours that are too early before and right after it.
HOURS = (0, 9, 17)
MORE_HOURS = (0, 8, 9, 16, 17)
CLOCKS_CHANGE = (date(2026, 3, 8), date(2026, 3, 29))
WORK_IS_DONE = clock(20, tzinfo=UTC)
DAYS_OF_FAILING_CHAT = range(15, 18)
_A_WEEKEND = (6, 7)
# Seconds without a sign before a task counts as lost: at first, and at most. Asking again does no
# harm; on a busy machine it would be in vain.
_PATIENCE = 0.5
_MOST_PATIENCE = 3.0
_MOST_TRIES = 40
_LONGEST_AWAY = 4.0  # seconds until a killed database is back
_FAULTS = ("worker",) * 5 + ("beat",) * 2 + ("database",) * 3 + ("broker",) * 2


@dataclass
class Quarter:
    world: World
    machine: Machine
    listeners: Listeners
    chance: Random
    kills_wanted: int
    oracle: Oracle
    reckoning: Reckoning = field(default_factory=Reckoning)
    killed: Counter[str] = field(default_factory=Counter)
    died: list[str] = field(default_factory=list)
    moved: int = 0
    ticks: int = 0
    lived: date = FIRST_DAY
    most_memory: int = 0
    _looked_at: int = 0
    _faults: list[str] = field(default_factory=list)
    _took: float = 1.0
    _names: count[int] = field(default_factory=count)

    def run(
        self, business_days: int, tell: Callable[[str], None], *, minutes: float | None
    ) -> None:
        """Live through the days or, where `minutes` are given, through as many as they suffice
        for; then compare."""
        give_up = time.monotonic() + minutes * 60 if minutes else float("inf")
        moments = [
            (day, [datetime.combine(day, clock(hour), UTC) for hour in _hours(day)])
            for day in _days(business_days)
        ]
        total = sum(len(ticks) for _, ticks in moments)
        killing = set(self.chance.sample(range(total), min(self.kills_wanted, total)))
        chatting = sorted(p.number for p in self.world.people.values() if p.by == "chat")
        self.listeners.gone = set(chatting[::10])
        for ahead, (day, ticks) in enumerate(moments):
            if time.monotonic() > give_up:
                break
            self.lived = day
            is_failing = ahead in DAYS_OF_FAILING_CHAT
            self.listeners.failing = set(chatting[1::4]) if is_failing else set()
            for now in ticks:
                self.tick(now, kill=self.ticks in killing)
            if day.isoweekday() not in _A_WEEKEND:
                at = datetime.combine(day, WORK_IS_DONE)
                self._pass_to(at)
                self.moved += changes.work_a_day(self.world, at=at, chance=self.chance)
            tell(f"{day}: {len(self.listeners.heard)} messages, {self.killed.total()} kills")
        self.reckoning.compare(self.listeners.heard, self.oracle)

    def tick(self, now: datetime, *, kill: bool) -> None:
        """What the beats do in one hour, until nothing is left to send."""
        self.ticks += 1
        self._pass_to(now)
        self.oracle.tick(now)
        asked = self._ask(DIGESTS, now)
        began = time.monotonic()
        if kill:
            self._kill_something()
        for tries in count(1):
            if self._one_ended(asked, patience=_patience(tries)):
                break
            assert tries < _MOST_TRIES, f"no tick of {now} ends"
            asked |= self._ask(DIGESTS, now)
        for leases in count(1):
            self._wait_for_senders(patience=_patience(leases))
            if not self._waiting():
                break
            assert leases < _MOST_TRIES, f"{self._waiting()} messages of {now} are never sent"
            self.listeners.now = now + leases * delivery.LEASE
            self._ask(MESSAGES, self.listeners.now)
        self._become_quiet()
        if not kill:
            self._took = time.monotonic() - began
        self.most_memory = max(self.most_memory, self.machine.memory())
        new = self.listeners.heard[self._looked_at :]
        self.reckoning.look_for_leaks(new, self.world)
        self._looked_at += len(new)

    def _pass_to(self, now: datetime) -> None:
        """What is left over from before does nothing any more: the facts are about to change."""
        self.machine.set_clock(now)
        self._wait_until_idle()  # what was begun just before is still done
        self.listeners.now = now

    def _ask(self, task: str, now: datetime) -> set[str]:
        """Both beats put it into the broker."""
        self.died += self.machine.revive()
        asked = set()
        for beat in self.machine.beats:
            name = f"{next(self._names):08}-tick"
            self.machine.ask(beat, task, now.isoformat(), name)
            asked.add(name)
        return asked

    def _one_ended(self, asked: set[str], *, patience: float) -> bool:
        """Whether one of these tasks has ended well before patience has."""
        give_up = time.monotonic() + patience
        while time.monotonic() < give_up:
            if asked & self.machine.done():
                return True
            if not self.machine.is_idle():
                give_up = time.monotonic() + patience
            time.sleep(0.02)
        return False

    def _wait_for_senders(self, *, patience: float) -> None:
        """Until nothing waits, or nobody has done anything for a while."""
        give_up = time.monotonic() + patience
        before = -1
        while time.monotonic() < give_up:
            waiting = self._waiting()
            if not waiting:
                return
            if waiting != before or not self.machine.is_idle():
                before = waiting
                give_up = time.monotonic() + (patience if self._untried() else 0.2)
            time.sleep(0.02)

    def _waiting(self) -> int:
        """Messages to be sent in this tick or soon after; what missed its morning is not."""
        soon = self.listeners.now + timedelta(hours=WINDOW)
        return Message.objects.waiting().filter(not_before__lte=soon).count()

    def _untried(self) -> bool:
        return Message.objects.waiting().filter(attempts=0).exists()

    def _become_quiet(self) -> None:
        """No task of this tick keeps the next one from its work."""
        self.machine.forget_tasks()
        self._wait_until_idle()

    def _wait_until_idle(self) -> None:
        give_up = time.monotonic() + 60
        while not self.machine.is_idle():
            assert time.monotonic() < give_up, "a task does not end"
            time.sleep(0.02)

    def _kill_something(self) -> None:
        """At some moment of what the last tick took."""
        time.sleep(self.chance.random() * self._took)
        what = self._next_fault()
        self.killed[what] += 1
        if what == "database":
            self.machine.kill_database(away=self.chance.random() * _LONGEST_AWAY)
            connection.close()
        elif what == "broker":
            self.machine.kill_broker()
        else:
            program = self.chance.choice(
                self.machine.workers if what == "worker" else self.machine.beats
            )
            program.kill()
            program.start()

    def _next_fault(self) -> str:
        """In no order that one knows, and yet each as often as it should be."""
        if not self._faults:
            self._faults = self.chance.sample(_FAULTS, len(_FAULTS))
        return self._faults.pop()


def _patience(tries: int) -> float:
    return min(_PATIENCE * tries, _MOST_PATIENCE)


def _days(business_days: int) -> list[date]:
    every = (FIRST_DAY + timedelta(days=ahead) for ahead in range(BUSINESS_DAYS * 2))
    weeks, rest = divmod(business_days, 5)
    return [day for day, _ in zip(every, range(weeks * 7 + rest), strict=False)]


def _hours(day: date) -> tuple[int, ...]:
    if day.isoweekday() in _A_WEEKEND:
        return (9,)
    near = any(abs((day - change).days) <= 2 for change in CLOCKS_CHANGE)
    return MORE_HOURS if near else HOURS
