"""The schedule of the nightly backup."""

from __future__ import annotations

from datetime import datetime, timedelta

RETRY = timedelta(hours=1)  # after a failure


def is_due(
    now: datetime, *, hour: int, last_success: datetime | None, last_failure: datetime | None
) -> bool:
    """A backup is due when none was begun since the last time that it was `hour` o'clock (UTC).

    So a machine that was off at night makes one when it is on again. After a failure the next
    attempt is an hour later.
    """
    if last_failure is not None and now - last_failure < RETRY:
        return False
    slot = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if slot > now:
        slot -= timedelta(days=1)
    return last_success is None or last_success < slot
