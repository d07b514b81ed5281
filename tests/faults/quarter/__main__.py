"""Run a quarter, say what came of it, and fail where a reminder was lost or came twice."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import tempfile
import time
from pathlib import Path

from config import embedded
from tests import clocks


def main() -> int:
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # leave nothing running
    with tempfile.TemporaryDirectory(prefix="nevertwice-") as made:
        folder = Path(made).resolve()
        folder.chmod(0o755)  # the database runs as somebody else where we are root
        with embedded.Server(folder / "postgres").in_use():
            return _in(folder, given)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.quarter")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--days", type=int, default=65, help="business days")
    parser.add_argument("--kills", type=int, default=15)
    parser.add_argument("--minutes", type=float, help="end it early after so long")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--broker", default=os.environ.get("CELERY_BROKER_URL", ""))
    return parser.parse_args()


def _in(folder: Path, given: argparse.Namespace) -> int:
    where = embedded.socket_folder(folder / "postgres")
    ours = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"postgres://{embedded.NAME}@/{where}/{embedded.NAME}",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "CHANNEL_PRIVATE_HOSTS": "127.0.0.1",
        "DATABASE_POOL_SIZE": "0",  # as whoever runs workers sets it
    }
    clocks.begin(clocks.WEDNESDAY)
    clocks.pass_on()
    inherited = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    inherited |= clocks.of_processes()
    os.environ.update(ours | {"CELERY_BROKER_URL": ""})

    import django  # noqa: PLC0415  # everything below reads these settings

    django.setup()
    from tests.faults.quarter.report import run  # noqa: PLC0415

    started = time.monotonic()
    outcome = run(folder, inherited | ours, given)
    sys.stdout.write(f"{outcome.text}\n{time.monotonic() - started:.0f} seconds\n")
    return 0 if outcome.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
