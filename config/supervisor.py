"""Keeps a few programs running together, and ends them together.

A part that dies is started again; one that keeps dying brings everything down, with its last
words. Each part leads a process group of its own, so that what it left behind can be ended before
it is started again, and so that Ctrl-C in the terminal reaches the supervisor alone. A killed
supervisor takes its parts with it where the kernel can do that (Linux).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PATIENCE_SECONDS = 15  # for a part to end by itself once asked
LEFTOVER_SECONDS = 1  # nobody reads what they print any more, so some cannot end in good order
SHORT_LIFE_SECONDS = 10
SHORT_LIVES_ALLOWED = 3
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Part:
    """A program to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


class KeepsDying(Exception):
    """A part died again and again soon after it was started."""


def _die_with_parent() -> Callable[[], None] | None:
    """Return the function that a child runs before its program; None on systems without it."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(leader: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


class Supervisor:
    """Runs `parts` in `folder`. `say(name, line)` gets every line that anybody prints."""

    def __init__(
        self, parts: Sequence[Part], *, folder: Path, say: Callable[[str, str], None]
    ) -> None:
        self.parts = parts
        self.folder = folder
        self.say = say
        self.stopping = asyncio.Event()
        self._running: dict[str, asyncio.subprocess.Process] = {}

    async def run(self, *besides: Awaitable[None]) -> None:
        """Until SIGINT or SIGTERM. A second signal does not wait for anybody.

        `besides` run along. Raises KeepsDying, or what one of `besides` raises, after everything
        has been stopped.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._asked_to_stop)
        work = [asyncio.ensure_future(each) for each in besides]
        work += [asyncio.create_task(self._keep_running(part)) for part in self.parts]
        stop = asyncio.create_task(self.stopping.wait())
        try:
            waiting = {stop, *work}
            while not stop.done():
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            self.stopping.set()
            await self._end_all()
            for task in [stop, *work]:
                task.cancel()
            await asyncio.gather(stop, *work, return_exceptions=True)

    def _asked_to_stop(self) -> None:
        if self.stopping.is_set():
            for process in self._running.values():
                _signal_group(process.pid, signal.SIGKILL)
        self.stopping.set()

    async def _keep_running(self, part: Part) -> None:
        short_lives = 0
        while not self.stopping.is_set():
            born = time.monotonic()
            process = await self._start(part)
            printing = asyncio.create_task(self._print(part.name, process))
            code = await process.wait()
            _signal_group(process.pid, signal.SIGKILL)  # what it left behind
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(printing, 2)
            self._running.pop(part.name, None)
            if self.stopping.is_set():
                return
            short_lives = short_lives + 1 if time.monotonic() - born < SHORT_LIFE_SECONDS else 0
            if short_lives > SHORT_LIVES_ALLOWED:
                raise KeepsDying(f"{part.name} ends as soon as it is started; its output is above.")
            how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
            self.say("server", f"{part.name} {how}; starting it again.")
            await asyncio.sleep(short_lives * 0.5)

    async def _start(self, part: Part) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *part.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=os.environ | part.environment,
            cwd=self.folder,
            start_new_session=True,
            preexec_fn=_die_with_parent(),
            limit=1024 * 1024,
        )
        self._running[part.name] = process
        return process

    async def _print(self, name: str, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than any line should be: what was read is dropped
                continue
            if not line:
                return
            self.say(name, line.decode(errors="replace").rstrip())

    async def _end_all(self) -> None:
        """Ask every part to end; end by force what has not after a while."""
        processes = list(self._running.values())
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        if processes:
            everybody = asyncio.gather(*(process.wait() for process in processes))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(everybody, PATIENCE_SECONDS)
        for process in processes:
            _signal_group(process.pid, signal.SIGKILL)


def end_leftovers(mark: str, value: str) -> int:
    """End every process whose environment holds `mark=value`, and say how many there were.

    For parts of a supervisor that was killed together with what should have ended them.
    """
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(mark) == value:
                found.append(process)
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(found, timeout=LEFTOVER_SECONDS)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
    return len(found)
