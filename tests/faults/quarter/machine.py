"""All that runs: database, broker, four workers, two beats. Each of them can be killed."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psutil

from config import embedded
from tests.faults.broker import clock_file, producer

ROOT = Path(__file__).resolve().parents[3]
_LAST_LINES = 40
_SAID = re.compile(r"Task [\w.]+\[([\w-]+)\] (received|succeeded|retry|raised)")


@dataclass
class Program:
    """A process of a session of its own, which writes to a log of its own."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def last_words(self) -> str:
        """What it ended with, and the end of its log."""
        code = self.process.returncode if self.process else None
        said = self.log.read_text(errors="replace").splitlines()[-_LAST_LINES:]
        return "\n".join([f"{self.log.stem} ended with {code}:", *said])

    def kill(self) -> None:
        """Kill -9, with all its children."""
        if self.process is not None and self.is_alive:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Worker(Program):
    """`done` are the tasks that it ended, `running` those that it has begun since it started."""

    done: set[str] = field(default_factory=set)
    running: set[str] = field(default_factory=set)
    _read: int = 0

    def start(self) -> None:
        self.running.clear()
        self._read = self.log.stat().st_size if self.log.exists() else 0
        super().start()

    def memory(self) -> int:
        """Bytes that it and its child hold."""
        try:
            process = psutil.Process(self.process.pid if self.process else 0)
            return sum(each.memory_info().rss for each in (process, *process.children()))
        except psutil.NoSuchProcess:
            return 0

    def listen(self) -> None:
        """Read what it has said since."""
        with self.log.open("rb") as log:
            log.seek(self._read)
            said = log.read()
        whole, newline, _ = said.rpartition(b"\n")
        self._read += len(whole) + len(newline)
        for task, what in _SAID.findall(whole.decode(errors="replace")):
            if what == "received":
                self.running.add(task)
            else:
                self.running.discard(task)
            if what == "succeeded":
                self.done.add(task)


@dataclass
class Machine:
    """Everything, in a folder of its own. `broker` is the address of one, or empty for the
    folder’s; Redis is our own, where its program is here, so that it can be killed."""

    folder: Path
    environment: dict[str, str]
    broker: str = ""
    workers: list[Worker] = field(default_factory=list)
    beats: list[Program] = field(default_factory=list)
    _redis: subprocess.Popen[bytes] | None = None
    _redis_port: int = 0

    @property
    def server(self) -> embedded.Server:
        return embedded.Server(self.folder / "postgres")

    def start(self, *, workers: int, beats: int) -> None:
        """Have broker, workers and beats; the database runs already."""
        if self.broker.startswith("redis") and shutil.which("redis-server"):
            self._start_redis()
        self.broker = self.broker or "filesystem://localhost/"
        self.environment["CELERY_BROKER_URL"] = self.broker
        self.forget_tasks()
        for number in range(workers):
            self.workers.append(self._worker(number))
        for number in range(beats):
            command = ["-m", "tests.faults.quarter.beat", self.broker, str(self.folder)]
            log = self.folder / f"beat{number}.log"
            self.beats.append(Program(command, self.environment, log))
        for program in (*self.workers, *self.beats):
            program.start()

    def _worker(self, number: int) -> Worker:
        options = ("-c", "1", "-l", "INFO", "--without-gossip", "--without-mingle")
        name = ("-n", f"worker{number}@localhost")
        command = ["-m", "celery", "-A", "tests.faults.hasty", "worker", *options, *name]
        return Worker(command, self.environment, self.folder / f"worker{number}.log")

    def _start_redis(self) -> None:
        if not self._redis_port:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self._redis_port = free.getsockname()[1]
            self.broker = f"redis://127.0.0.1:{self._redis_port}/0"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = ["redis-server", "--port", str(self._redis_port), "--save", ""]
        self._redis = subprocess.Popen(command, **quiet, start_new_session=True)
        _wait_for_port(self._redis_port)

    def _kill_redis(self) -> None:
        if self._redis is not None:
            self._redis.kill()
            self._redis.wait()

    def stop(self) -> None:
        for program in (*self.workers, *self.beats):
            program.kill()
        if self._redis is None:
            self.forget_tasks()
        self._kill_redis()

    def ask(self, beat: Program, task: str, now: str, name: str) -> None:
        """Have this beat put a task into the broker, called `name`; a dead beat does not."""
        line = json.dumps({"task": task, "now": now, "id": name}).encode() + b"\n"
        if beat.process is not None and beat.process.stdin is not None:
            try:
                beat.process.stdin.write(line)
                beat.process.stdin.flush()
            except BrokenPipeError:
                return

    def set_clock(self, now: datetime) -> None:
        """It is `now`: no worker begins any more what was to be done for an earlier moment."""
        made = clock_file(self.folder).with_suffix(".new")
        made.write_text(now.isoformat())
        made.rename(clock_file(self.folder))

    def revive(self) -> list[str]:
        """Start again what has ended of itself; the last words of each."""
        dead = [program for program in (*self.workers, *self.beats) if not program.is_alive]
        words = [program.last_words() for program in dead]
        for program in dead:
            program.start()
        return words

    def memory(self) -> int:
        """Bytes that the largest of the workers holds, its child included."""
        return max((worker.memory() for worker in self.workers), default=0)

    def forget_tasks(self) -> None:
        """Lose whatever the broker holds."""
        with producer(self.broker, self.folder) as app:
            app.control.purge()

    def kill_broker(self) -> None:
        """Kill what carries the tasks, with all that it carries; it is back at once."""
        if self._redis is None:
            self.forget_tasks()
            return
        self._kill_redis()
        self._start_redis()

    def kill_database(self, *, away: float) -> None:
        """Kill -9 the database; it is back after so many seconds."""
        process = self.server.process()
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        time.sleep(away)
        self.server.start()

    def done(self) -> set[str]:
        for worker in self.workers:
            worker.listen()
        return set().union(*(worker.done for worker in self.workers))

    def is_idle(self) -> bool:
        self.done()
        return not any(worker.running for worker in self.workers)


def _wait_for_port(port: int) -> None:
    give_up = time.monotonic() + 20
    while True:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < give_up, f"nothing answers on port {port}"
        time.sleep(0.05)
