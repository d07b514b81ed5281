"""The time zones that people may choose from."""

from __future__ import annotations

import zoneinfo

TIME_ZONES = sorted(
    name
    for name in zoneinfo.available_timezones()
    if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
)
TIME_ZONES.insert(0, "UTC")
