"""The port through which higher packages say that a preference has no effect.

Accounts knows neither channels nor the reminder policy. Whoever does connects a check here when
Django starts; it is asked after somebody saved their profile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from accounts.models import DigestFrequency, User

Check = Callable[[User], Iterable[str]]
_checks: list[Check] = []


def connect(check: Check) -> None:
    """Register `check(person)`, which returns warnings about preferences without effect."""
    if check not in _checks:
        _checks.append(check)


def warnings_for(person: User, changed: Iterable[str]) -> list[str]:
    """Sentences on those preferences of `person` that have no effect. `changed` are the fields that
    were just saved with another value."""
    if person.digest == DigestFrequency.OFF:
        idle = {"digest_by", "digest_hour", "quiet_weekdays"} & set(changed)
        return ["Reminders are off: hour, route and quiet days have no effect."] * bool(idle)
    return [sentence for check in _checks for sentence in check(person)]
