"""Let many people write while parts of the server are killed; fail for a lost or doubled word."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.faults.writers.run import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.writers")
    parser.add_argument("--writers", type=int, default=24)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--every", type=float, default=20, help="seconds between kills, at most")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nevertwice-") as made:
        folder = Path(made).resolve()
        folder.chmod(0o755)  # the database runs as somebody else where we are root
        outcome = run(
            folder / "var",
            writers=given.writers,
            seconds=given.minutes * 60,
            every=given.every,
            seed=given.seed,
        )
    sys.stdout.write(f"{outcome}\n")
    return 1 if outcome.is_bad else 0


if __name__ == "__main__":
    sys.exit(main())
