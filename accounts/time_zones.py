"""The time zones that people may choose from, and how they type one."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms

from core import times

TIME_ZONES = sorted(
    name
    for name in zoneinfo.available_timezones()
    if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
)
TIME_ZONES.insert(0, "UTC")


class TimeZoneField(forms.CharField):
    """A time zone, typed in any case: cleans to its name in the IANA database, `Europe/Dublin`.

    What is no time zone stays as it was typed, for a validator to refuse.
    """

    def to_python(self, value: Any) -> Any:
        written = super().to_python(value)
        return times.canonical_zone(written) or written
