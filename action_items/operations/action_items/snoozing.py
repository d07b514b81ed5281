"""Snoozes: postponed reminders, limited in length and number, and recorded."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from action_items.operations.action_items.holding import hold_open
from action_items.operations.action_items.refusals import SnoozeRefused
from action_items.reminders import policy_store
from action_items.reminders.policy import Policy
from core import times
from incidents.models import ActionItem
from incidents.operations.action_item_changes import Facts, facts, keep_changes


def snooze_until_at_latest(policy: Policy, today: date) -> date:
    """Return the last day until which an item may be snoozed on `today`."""
    return today + timedelta(days=policy.snooze_days)


def snoozes_left(item: ActionItem, policy: Policy) -> int:
    """Return how many more times in a row `item` may be snoozed."""
    return max(policy.snoozes - item.snooze_count, 0)


@transaction.atomic
def snooze(
    item: ActionItem,
    *,
    until: date,
    reason: str = "",
    version: int | None = None,
    by: User,
    at: datetime,
    via: str = "app",
) -> ActionItem:
    """Send no reminders of `item` before `until`. Its due date and “overdue” stay.

    A snooze is not part of the postmortem and makes no revision. The same day again changes
    nothing. Raises SnoozeRefused beyond the limits of the policy, StaleWrite if `version` is not
    the current one, AlreadyClosed, ActionItemGone, or PermissionDenied.
    """
    held = hold_open(item, by=by, to="snooze", version=version)
    was, today = facts(held), timezone.localdate(at)
    if held.snoozed_until == until > today:
        return held
    policy = policy_store.current()
    if not snoozes_left(held, policy):
        raise SnoozeRefused(
            f"It was snoozed {held.snooze_count} times in a row. Change the due date, reassign it, "
            "split it, or decline it instead."
        )
    latest = snooze_until_at_latest(policy, today)
    if not today < until <= latest:
        raise SnoozeRefused(
            f"Choose a day from tomorrow to {times.day(latest)}: "
            f"{times.days(policy.snooze_days)} at most."
        )
    held.snoozed_until, held.snooze_count = until, held.snooze_count + 1
    return _keep(held, was, by=by, at=at, note=reason, via=via)


@transaction.atomic
def wake(
    item: ActionItem, *, version: int | None = None, by: User, at: datetime, via: str = "app"
) -> ActionItem:
    """End the snooze of `item`; it still counts as used. Again changes nothing.

    Raises StaleWrite if `version` is not the current one, AlreadyClosed, ActionItemGone, or
    PermissionDenied.
    """
    held = hold_open(item, by=by, to="wake", version=version)
    was = facts(held)
    held.snoozed_until = None
    return _keep(held, was, by=by, at=at, note="", via=via)


def _keep(
    held: ActionItem, was: Facts, *, by: User, at: datetime, note: str, via: str
) -> ActionItem:
    held.save(update_fields=["snoozed_until", "snooze_count"])
    keep_changes(held, was, by=by, at=at, note=note, via=via)
    return held
