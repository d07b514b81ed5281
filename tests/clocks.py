"""The clock of the tests: an ordinary Wednesday, and twelve moments at which code likes to break.

No test reads the day of the machine. Each begins at `WEDNESDAY`, or at another moment of `MOMENTS`
that `pytest --clock` names; from there time goes on as usual. Processes that a test starts have
the same clock: `clock_of_processes/sitecustomize.py` sets it in each Python.

All moments are later than everything in `seeds/` and in `factories.py`.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from tests.clock_readers import TESTS, readers

WEDNESDAY = datetime(2027, 4, 14, 10, 0, tzinfo=UTC)

MOMENTS = {
    "monday": datetime(2027, 4, 12, 8, 30, tzinfo=UTC),
    "saturday": datetime(2027, 4, 17, 14, 0, tzinfo=UTC),
    "month-end": datetime(2027, 4, 30, 16, 0, tzinfo=UTC),
    "year-end": datetime(2027, 12, 31, 23, 30, tzinfo=UTC),  # in Berlin it is 2028
    "leap-day": datetime(2028, 2, 29, 11, 0, tzinfo=UTC),
    "berlin-forward": datetime(2027, 3, 28, 0, 59, 58, tzinfo=UTC),  # in two seconds 3:00
    "berlin-back": datetime(2027, 10, 31, 0, 30, tzinfo=UTC),  # 2:30, for the first time
    "new-york-forward": datetime(2027, 3, 14, 6, 59, 58, tzinfo=UTC),  # in two seconds 3:00
    "new-york-back": datetime(2027, 11, 7, 5, 30, tzinfo=UTC),  # 1:30, for the first time
    "holiday": datetime(2028, 12, 25, 9, 0, tzinfo=UTC),  # a Monday
    "before-midnight": datetime(2027, 4, 15, 23, 59, tzinfo=UTC),
    "after-midnight": datetime(2027, 4, 19, 0, 1, tzinfo=UTC),  # in New York it is Sunday
}

# These drive or kill processes, or ask every address of one site, whose age is no matter.
_ELSEWHERE = ("journeys", "faults", "safety")

AHEAD = "TESTS_CLOCK_AHEAD"  # by how many seconds the clock of processes is ahead of the machine's
OUR_COMMANDS = ("celery", "manage.py", "server")
_FOLDER = TESTS / "clock_of_processes"

_running: list[time_machine.travel] = []


def moment(name: str) -> datetime:
    """Return the moment of that name; "" is the ordinary Wednesday."""
    return MOMENTS[name] if name else WEDNESDAY


def matters_to(test: pytest.Function) -> bool:
    """Return whether the test's result can depend on the moment: it reads a clock, or says so by
    the mark `clock`."""
    if test.path.relative_to(TESTS).parts[0] in _ELSEWHERE:
        return False
    return (test.path, test.originalname) in readers() or "clock" in test.keywords


def begin(at: datetime, *, tick: bool = True) -> None:
    """Set the clock of this process to `at`; without `tick` it stays there."""
    while _running:
        _running.pop().stop()
    _running.append(time_machine.travel(at.timestamp(), tick=tick))
    _running[-1].start()


def pass_on() -> None:
    """Give the clock of this process to all that it starts from now on."""
    os.environ[AHEAD] = repr(time.time() - time_machine.escape_hatch.time.time())
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if str(_FOLDER) not in paths:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_FOLDER), *paths]))


def of_processes() -> dict[str, str]:
    """Return the variables that give a process the clock of the tests."""
    return {name: os.environ[name] for name in (AHEAD, "PYTHONPATH")}


def refuse_without(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise where a test starts a Python with the machine's clock; an audit hook."""
    if event != "subprocess.Popen":
        return
    program, _, _, environment = arguments
    name = Path(os.fsdecode(program)).name
    if environment is None or not (name.startswith("python") or name in OUR_COMMANDS):
        return
    given = {os.fsdecode(key) for key in environment}
    assert {AHEAD, "PYTHONPATH"} <= given, f"{name} needs clocks.of_processes() in its environment"
