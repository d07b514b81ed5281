"""Deciding when people are reminded: the policy, and the days on which nobody is."""

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
    """Have reminders follow `terms` from now on. Returns None where they do so already.

    `number` is that of the policy which the writer saw, 0 for the defaults. Raises StaleWrite
    where somebody saved since, PolicyContradicts, or PermissionDenied.
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
    except IntegrityError as error:  # two at the same moment: the number is taken
        raise _stale(ReminderPolicy.objects.current()) from error


def _stale(current: ReminderPolicy | None) -> StaleWrite:
    who = current.saved_by if current and current.saved_by else "Somebody"
    return StaleWrite(f"{who} saved another policy meanwhile. Here is yours beside it.")


def add_holidays(
    days: Iterable[tuple[date, str]], *, team: Team | None, by: User, at: datetime
) -> int:
    """Keep these days, each with its name, as holidays of `team`, or of everybody.

    A day that is one already keeps its name. Returns how many are new.
    """
    _require_administrator(by)
    before = Holiday.objects.count()
    Holiday.objects.bulk_create(
        [Holiday(team=team, on=on, name=one_line(name)[:100] or "Holiday") for on, name in days],
        ignore_conflicts=True,
    )
    return Holiday.objects.count() - before


def remove_holiday(holiday: Holiday, *, by: User, at: datetime) -> None:
    """That day is an ordinary one again. Removing it twice changes nothing."""
    _require_administrator(by)
    Holiday.objects.filter(pk=holiday.pk).delete()


def _require_administrator(by: User) -> None:
    permissions.require(
        by.is_active and by.is_administrator, "Only administrators decide when people are reminded."
    )
