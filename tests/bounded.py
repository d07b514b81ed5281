"""Time limits that say something of the product on a machine that is busy with other things too."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """The block takes no more than `seconds` of the processor, nor, with what it waits for, twelve
    times as long by the clock."""
    worked, began = time.process_time(), time.monotonic()
    yield
    worked, took = time.process_time() - worked, time.monotonic() - began
    assert worked < seconds, f"{worked:.1f} s of the processor, not {seconds} s"
    assert took < 12 * seconds, f"{took:.1f} s by the clock"
