"""A quarter from its beginning to its end, and what is said about it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from random import Random

from django.core.management import call_command

from tests.faults.quarter import world
from tests.faults.quarter.filling import fill
from tests.faults.quarter.listening import Listeners
from tests.faults.quarter.machine import Machine
from tests.faults.quarter.oracle import Oracle
from tests.faults.quarter.running import Quarter

BEATS = 2


@dataclass(frozen=True)
class Outcome:
    text: str
    is_well: bool


def run(folder: Path, environment: dict[str, str], given: argparse.Namespace) -> Outcome:
    """Raises AssertionError where something that was waited for never came."""
    _tell(f"seed {given.seed}")
    chance = Random(given.seed)
    call_command("migrate", verbosity=0)
    made = world.make(given.people, given.items, chance)
    listeners = Listeners(now=datetime.combine(world.FIRST_DAY, time(0), UTC))
    listeners.start()
    fill(made, chat_port=listeners.chat_port)
    machine = Machine(folder, environment | {"EMAIL_URL": listeners.mail_url}, given.broker)
    quarter = Quarter(made, machine, listeners, chance, given.kills, Oracle(made))
    try:
        machine.start(workers=given.workers, beats=BEATS)
        quarter.run(given.days, _tell, minutes=given.minutes)
    finally:
        machine.stop()
        listeners.stop()
    return _outcome(quarter, given)


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _outcome(quarter: Quarter, given: argparse.Namespace) -> Outcome:
    found, killed = quarter.reckoning, quarter.killed
    # What a mail server took from a process that was killed before it had written that down.
    most_again = killed["worker"] + given.workers * killed["database"]
    kills = ", ".join(f"{count} {what}" for what, count in sorted(killed.items()))
    lines = [
        f"seed {given.seed}: {world.FIRST_DAY} to {quarter.lived}, {given.people:,} people, "
        f"{given.items:,} items, {quarter.moved:,} of them moved on; {quarter.ticks} ticks",
        f"killed {killed.total()} times: {kills}; {len(quarter.died)} ended of themselves",
        f"{found.expected:,} reminders had to come, in {len(quarter.oracle.expected):,} digests",
        f"sent {found.sent:,}, missing {found.missing}, doubled {found.doubled}, "
        f"late {found.late}, not called for {found.unexpected}",
        f"the largest worker held {quarter.most_memory / 1e6:.0f} MB, its child included",
        f"taken twice under one Message-ID: {found.again}, at most {most_again}",
        f"posts refused by chats: {quarter.listeners.refused}; "
        f"named to whom may not read it: {len(found.leaks)}",
        *quarter.died[:5],
        *found.leaks[:5],
        *found.examples[:5],
    ]
    is_well = (
        found.expected > 0
        and not (found.missing or found.doubled or found.unexpected or found.leaks)
        and not quarter.died
        and found.again <= most_again
    )
    return Outcome("\n".join(lines), is_well)
