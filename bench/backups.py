"""Measure a backup and a restore: seconds, bytes, and memory of the process.

    python -m bench.backups 20000

Both databases are made beside the product's own and dropped afterwards; generating 20,000
incidents takes some minutes. With `--database NAME` that database is backed up instead.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

UPLOADS = 200
UPLOAD_BYTES = 500_000


@contextmanager
def database(name: str) -> Iterator[str]:
    """An empty database, and the DATABASE_URL of it."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        yield url(name)
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def url(name: str) -> str:
    of = connection.settings_dict
    user = of["USER"] + (f":{of['PASSWORD']}" if of["PASSWORD"] else "")
    port = f":{of['PORT']}" if of["PORT"] else ""
    # A folder with the server's socket stands before the name of the database.
    host = f"/{of['HOST']}" if of["HOST"].startswith("/") else f"{of['HOST']}{port}"
    return f"postgres://{user}@{host}/{name}"


def run(folder: Path, database_url: str, *command: str) -> tuple[float, float]:
    """Run `python COMMAND` on this installation; seconds by the clock, and its memory in MB."""
    environment = os.environ | {"DATABASE_URL": database_url, "VAR_DIR": str(folder)}
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, *command], env=environment)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed.")
    return time.monotonic() - began, used.ru_maxrss / 1024


def fill(folder: Path, database_url: str, incidents: int) -> None:
    run(folder, database_url, "manage.py", "migrate", "--verbosity", "0")
    run(folder, database_url, "-m", "bench.generate", str(incidents))


def add_uploads(folder: Path) -> None:
    place = folder / "uploads" / "00"
    place.mkdir(parents=True)
    for number in range(UPLOADS):
        (place / f"{number:032x}").write_bytes(os.urandom(UPLOAD_BYTES))


def measure(database_url: str, folder: Path) -> None:
    source, target = folder / "source", folder / "target"
    add_uploads(source)
    file = folder / "backup.tar"
    seconds, memory = run(source, database_url, "manage.py", "backup", "--to", str(file))
    size = file.stat().st_size
    print(f"backup    {seconds:6.1f} s  {memory:5.0f} MB of memory  {size / 1e6:,.0f} MB written")
    seconds, memory = run(source, database_url, "manage.py", "restore", "--check", str(file))
    print(f"check     {seconds:6.1f} s  {memory:5.0f} MB of memory")
    with database(f"nw_bench_{os.getpid()}_target") as empty:
        seconds, memory = run(target, empty, "manage.py", "restore", str(file))
    print(f"restore   {seconds:6.1f} s  {memory:5.0f} MB of memory, search index included")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("incidents", type=int, nargs="?", default=20_000)
    parser.add_argument("--database", help="an existing database with incidents")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nevertwice-bench-") as made:
        folder = Path(made)
        if options.database:
            measure(url(options.database), folder)
            return
        with database(f"nw_bench_{os.getpid()}") as filled:
            fill(folder / "source", filled, options.incidents)
            measure(filled, folder)


if __name__ == "__main__":
    if settings.DATABASE_IS_EMBEDDED:
        with settings.EMBEDDED_POSTGRES.in_use():
            main()
    else:
        main()
