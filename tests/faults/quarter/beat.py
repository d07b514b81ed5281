"""A beat that keeps the simulated time: puts the tasks it reads into the broker, until killed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.faults.broker import producer


def main(url: str, folder: str) -> None:
    with producer(url, Path(folder)) as app:
        for line in sys.stdin:
            told = json.loads(line)
            app.send_task(told["task"], kwargs={"now": told["now"]}, task_id=told["id"])


main(*sys.argv[1:])
