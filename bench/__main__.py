"""Fill an embedded database of its own, once, and measure the pages over it.

    VAR_DIR=var/bench/20000 python -m bench 20000

script/bench calls this for each size. What is measured is kept apart from the product's own data.
"""

from __future__ import annotations

import os
import subprocess
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings


def main() -> None:
    size = sys.argv[1]
    filled = settings.VAR_DIR / "bench.stamp"

    def run(*command: str) -> None:
        subprocess.run([sys.executable, *command], check=True)

    with settings.EMBEDDED_POSTGRES.in_use():
        if not filled.exists():
            run("manage.py", "migrate", "--verbosity", "0")
            run("-m", "bench.generate", size)
            filled.touch()
        run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        run("-m", "bench.pages")


if __name__ == "__main__":
    main()
