"""script/server as a person starts it, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60
OURS = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "CELERY_BROKER_URL", "EMAIL_URL", "SITE_URL")


def free_port() -> int:
    """A port that nothing listens on, and that no system gives away meanwhile: systems give those
    from 32768 on to whoever asks for any port."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """What a person's shell has, with `folder` for var/ and without the settings of this run."""
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    return inherited | {"VAR_DIR": str(folder), "ENV_FILE": os.devnull} | variables


class Server:
    """One script/server. Its words are in `words()`; what it started, in `processes()`."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.port = int(variables.get("PORT") or free_port())
        self.variables = variables | {"PORT": str(self.port)}
        self.log = folder.with_name(f"{folder.name}.words")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [ROOT / "script" / "server"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(self.folder, **self.variables),
                start_new_session=True,
            )

    def start_and_wait(self) -> float:
        """Start it, wait for the address, and return how many seconds that took."""
        began = time.monotonic()
        self.start()
        self.wait_for("Ctrl-C stops it.")
        return time.monotonic() - began

    def words(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, text: str) -> None:
        self.wait_until(lambda: text in self.words(), f"it to say {text!r}")

    def wait_until(self, happened, what: str) -> None:
        give_up = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < give_up, f"Waited in vain for {what}:\n{self.words()}"
            time.sleep(0.05)

    def link(self) -> str:
        """The one-time sign-in link that it printed."""
        found = re.search(r"http://\S+/sign-in/\S+", self.words())
        assert found, self.words()
        return found[0]

    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/", timeout=20) as got:
                return got.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def ask(self, number: int) -> int:
        """Send the signal, wait for the end, and return the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """kill -9 of script/server alone."""
        self.ask(signal.SIGKILL)

    def processes(self, word: str = "") -> list[psutil.Process]:
        """What it started, and what those started, with `word` as a part of the command."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                ours = process.environ().get("NEVERTWICE_SERVER") == str(self.folder)
                ours = ours or (process.name() == "postgres" and self._is_database(process))
                if ours and process.status() != "zombie" and self._is(word, process):
                    found.append(process)
        return found

    def _is(self, word: str, process: psutil.Process) -> bool:
        return not word or any(part.rsplit("/", 1)[-1] == word for part in process.cmdline())

    def _is_database(self, process: psutil.Process) -> bool:
        return process.cwd() == str(self.folder / "postgres")

    def end(self) -> None:
        """End whatever is left of it."""
        if self.process is not None and self.process.poll() is None:
            self.ask(signal.SIGTERM)
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
