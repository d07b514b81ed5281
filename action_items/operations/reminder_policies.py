"""Changing the reminder policy, and the holidays on which no reminders are sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts.models import Holiday, Team, User
from action_items.models import ReminderPolicy
from action_items.reminders import policy
from action_items.reminders.policy import Policy
from action_items.reminders.policy_store import terms_of
from core.errors import StaleWrite
from core.text import one_line
from incidents import permissions


@transaction.atomic
def save_policy(terms: Policy, *, number: int, by: User, at: datetime) -> ReminderPolicy | None:
    """Make `terms` the reminder policy from now on. Return None if they are in force already.

    `number` is that of the policy which the writer saw, 0 for the defaults. Raises StaleWrite if
    somebody saved since, PolicyContradicts, or PermissionDenied.
    """
    _require_administrator(by)
    policy.check(terms)
    current = ReminderPolicy.objects.current()
    if number != (current.number if current else 0):
        raise _stale(current)
    if terms == (terms_of(current) if current else Policy()):
        return None
    try:
        with transaction.atomic():
            return ReminderPolicy.objects.create(
                number=number + 1, saved_by=by, saved_at=at, **asdict(terms)
            )
    except IntegrityError as error:  # two saves at the same moment: the number is taken
        raise _stale(ReminderPolicy.objects.current()) from error


def _stale(current: ReminderPolicy | None) -> StaleWrite:
    who = current.saved_by if current and current.saved_by else "Somebody"
    return StaleWrite(f"{who} saved another policy in the meantime. Compare it with yours below.")


def add_holidays(
    days: Iterable[tuple[date, str]], *, team: Team | None, by: User, at: datetime
) -> int:
    """Add these days, each with its name, as holidays of `team`, or of everybody.

    An existing holiday keeps its name. Returns the number of new ones.
    """
    _require_administrator(by)
    before = Holiday.objects.count()
    Holiday.objects.bulk_create(
        [Holiday(team=team, on=on, name=one_line(name)[:100] or "Holiday") for on, name in days],
        ignore_conflicts=True,
    )
    return Holiday.objects.count() - before


def remove_holiday(holiday: Holiday, *, by: User, at: datetime) -> None:
    """Remove the holiday. Removing it twice changes nothing."""
    _require_administrator(by)
    Holiday.objects.filter(pk=holiday.pk).delete()


def _require_administrator(by: User) -> None:
    permissions.require(
        by.is_active and by.is_administrator,
        "Only administrators may change reminders and holidays.",
    )
