"""Write the dump of a small installation, which later versions must be able to upgrade.

    DATABASE_URL=postgres://postgres@127.0.0.1/postgres python -m tests.upgrading.dump

Run it once for each release, and commit the file that it names. It needs a PostgreSQL with
`pg_dump` on the PATH; the oldest supported one, so that every later one can read the file.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent
# Made anew after an upgrade, and by far the most of it.
LEFT_OUT = ("search_document", "search_passages", "search_word", "search_keystatistic")


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from backups.version import product_version  # noqa: PLC0415
    from tests.backups.installations import Installation  # noqa: PLC0415
    from tests.upgrading.rows import fill  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        installation = Installation("nevertwice_to_dump", Path(folder))
        installation.drop()
        installation.create()
        try:
            with installation.in_use():
                call_command("migrate", verbosity=0)
                fill()
            path = FOLDER / f"{product_version()}.sql"
            path.write_text(_dump(installation.environment()["DATABASE_URL"]), encoding="utf-8")
        finally:
            installation.drop()
    sys.stdout.write(f"{path}\n")
    return 0


def _dump(url: str) -> str:
    left_out = [f"--exclude-table-data={table}" for table in LEFT_OUT]
    options = ["--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=500", *left_out]
    done = subprocess.run(["pg_dump", *options, url], capture_output=True, text=True, check=True)
    # Comments, and commands of psql alone, mean nothing to a server.
    lines = [line for line in done.stdout.splitlines() if not re.match(r"--|\\", line)]
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip() + "\n"


if __name__ == "__main__":
    sys.exit(main())
