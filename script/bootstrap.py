"""First step of every script here: make .venv, install what is pinned, fetch the front end.

Uses nothing but Python's standard library, for it runs before anything is installed. Each step
is skipped where its result is there already.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
# Debian's Python comes without pip and without the means to make one; then we fetch this.
PIP = ("26.3", "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13")


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def ready(requirements: str = "requirements.txt") -> None:
    """Install everything in `requirements` into .venv, and the front end."""
    _with_new_enough_python()
    os.chdir(ROOT)
    try:
        with _one_at_a_time():
            _make_environment()
            _install(requirements)
            _vendor()
    except subprocess.CalledProcessError as error:
        command = " ".join(str(word) for word in error.cmd)
        raise SystemExit(f"This command failed; its output is above: {command}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def become(*arguments: str) -> NoReturn:
    """Go on as Python of .venv with these arguments, under the same process number."""
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606


def _with_new_enough_python() -> None:
    if sys.version_info >= OLDEST:
        return
    for minor in range(20, OLDEST[1] - 1, -1):
        if found := shutil.which(f"python3.{minor}"):
            os.execv(found, [found, *sys.argv])  # noqa: S606
    raise SystemExit("Nevertwice needs Python 3.11 or newer (on Debian: apt install python3).")


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    (ROOT / "var").mkdir(exist_ok=True)
    with open(ROOT / "var" / "bootstrap.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_environment() -> None:
    if _runs(PYTHON, "import pip"):
        return
    say("Making .venv …")
    clear = ["--clear"] if VENV.exists() and not VENV.is_symlink() else []
    if _runs(sys.executable, "import ensurepip"):
        _run(sys.executable, "-m", "venv", *clear, VENV)
        return
    _run(sys.executable, "-m", "venv", "--without-pip", *clear, VENV)
    with tempfile.TemporaryDirectory() as folder:
        wheel = _fetch_pip(Path(folder))
        _run(PYTHON, f"{wheel}/pip", "install", "-qq", "--no-index", wheel)


def _fetch_pip(folder: Path) -> Path:
    """The pinned pip from the package index, checked against its known digest."""
    version, digest = PIP
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
    name = f"pip-{version}-py3-none-any.whl"
    accept = {"Accept": "application/vnd.pypi.simple.v1+json, text/html;q=0.5"}
    try:
        address = f"{index}/pip/"
        with urllib.request.urlopen(
            urllib.request.Request(address, headers=accept),
            timeout=60,
        ) as answer:
            listing = answer.read().decode()
        found = re.search(rf'"([^"]*/{re.escape(name)})[#"]', listing)
        if found is None:
            raise SystemExit(f"{address} does not list {name}.")
        where = urllib.parse.urljoin(address, json.loads(f'"{found[1]}"'))
        with urllib.request.urlopen(where, timeout=60) as answer:
            content = answer.read()
    except (urllib.error.URLError, TimeoutError) as error:
        raise SystemExit(
            f"This Python has no pip, and none could be fetched from {index} ({error}).\n"
            "On Debian and Ubuntu, install it with: apt install python3-venv"
        ) from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise SystemExit(f"{name} from {index} is not the file that we know.")
    wheel = folder / name
    wheel.write_bytes(content)
    return wheel


def _install(requirements: str) -> None:
    files = [ROOT / "requirements.txt"]
    if requirements != "requirements.txt":
        files.append(ROOT / requirements)
    state = sys.version + "".join(file.read_text() for file in files)
    stamp = VENV / f".{requirements}.installed"
    if stamp.exists() and stamp.read_text() == state:
        return
    say(f"Installing {requirements} into .venv (a minute or two, once) …")
    quiet = ("-qq", "--disable-pip-version-check", "--no-input")
    _run(PYTHON, "-m", "pip", "install", *quiet, "-r", requirements)
    stamp.write_text(state)


def _vendor() -> None:
    lock, stamp = ROOT / "static" / "vendor.lock.json", ROOT / "static" / "vendor" / ".lock"
    if stamp.exists() and stamp.read_text() == lock.read_text():
        return
    say("Fetching the front end …")
    _run(PYTHON, "script/vendor")


def _runs(python: Path | str, code: str) -> bool:
    if not Path(python).exists():
        return False
    return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0


def _run(*command: Path | str) -> None:
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=True)
