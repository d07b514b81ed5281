"""Retention of old backups: the newest of each of the last days, and of each of some weeks."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import datetime


def to_keep(moments: Iterable[datetime], *, daily: int, weekly: int) -> set[datetime]:
    """The newest of each of the last `daily` days and `weekly` ISO weeks that have one.

    Days without a backup do not count: a long pause deletes nothing. The newest is always kept.
    """
    newest_first = sorted(moments, reverse=True)
    days: dict[Hashable, datetime] = {}
    weeks: dict[Hashable, datetime] = {}
    for moment in newest_first:
        days.setdefault(moment.date(), moment)
        weeks.setdefault(moment.isocalendar()[:2], moment)
    return {*newest_first[:1], *list(days.values())[:daily], *list(weeks.values())[:weekly]}
