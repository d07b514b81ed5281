"""Fill a database of its own, once, and measure the pages over it.

    VAR_DIR=var/bench/20000 python -m bench 20000

script/bench calls this for each size. What is measured is kept apart from the product's own data.
With DATABASE_URL, that database is measured; it is filled where it holds no incident.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import nullcontext

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings


def main() -> int:
    size = sys.argv[1]

    def run(*command: str, check: bool = True) -> int:
        return subprocess.run([sys.executable, *command], check=check).returncode

    embedded = settings.DATABASE_IS_EMBEDDED
    with settings.EMBEDDED_POSTGRES.in_use() if embedded else nullcontext():
        run("manage.py", "migrate", "--verbosity", "0")
        run("-m", "bench.generate", size, "--where-empty")
        run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        return run("-m", "bench.pages", check=False)


if __name__ == "__main__":
    sys.exit(main())
