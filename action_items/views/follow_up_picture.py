"""Data for the follow-up charts that static/js/follow_up.js draws."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from action_items.follow_up import FollowUp
from action_items.follow_up.owners import Row
from core import times

BARS = 10


def picture(numbers: FollowUp) -> dict[str, Any]:
    """Return each chart by name, as lists of the same length."""
    return {
        "on-time": {
            "names": [times.month(month.first_on) for month in numbers.months],
            "met": [month.on_time.met for month in numbers.months],
            "late": [month.on_time.dated - month.on_time.met for month in numbers.months],
            "undated": [month.on_time.done - month.on_time.dated for month in numbers.months],
        },
        "ages": {
            "names": [bucket.name for bucket in numbers.ages.buckets],
            "open": [bucket.items for bucket in numbers.ages.buckets],
        },
        "teams": _bars(numbers.holders.teams),
        "services": _bars(numbers.services),
    }


def _bars(rows: Iterable[Row]) -> dict[str, list[Any]]:
    """Return the first rows with open items, overdue ones apart."""
    shown = [row for row in rows if row.open][:BARS]
    return {
        "names": [row.name for row in shown],
        "overdue": [row.overdue for row in shown],
        "open": [row.open - row.overdue for row in shown],
    }
