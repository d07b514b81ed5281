"""People write one section through a bad network while parts of the server are killed."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.faults.together.killed import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.together")
    parser.add_argument("--writers", type=int, default=5)
    parser.add_argument("--edits", type=int, default=500)
    parser.add_argument("--pause", type=float, default=0.03, help="seconds between two letters")
    parser.add_argument("--every", type=float, default=12, help="seconds between kills, at most")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    given = parser.parse_args()
    sys.stdout.write(f"Seed {given.seed}\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="nevertwice-") as made:
        folder = Path(made).resolve()
        folder.chmod(0o755)  # the database runs as somebody else where we are root
        outcome, happened, kills = run(
            folder / "var",
            writers=given.writers,
            edits=given.edits,
            pause=given.pause,
            every=given.every,
            seed=given.seed,
        )
    for counted in (happened, kills):
        said = ", ".join(f"{number} x {what}" for what, number in counted.most_common())
        sys.stdout.write(f"{said}\n")
    sys.stdout.write(f"{outcome}\n")
    return 1 if outcome.is_bad else 0


if __name__ == "__main__":
    sys.exit(main())
