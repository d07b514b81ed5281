"""Due dates of action items, and reasons for late ones."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from action_items.operations.action_items.holding import hold_open, save
from action_items.operations.action_items.refusals import DueRefused, ReasonMissing
from action_items.reminders import policy_store
from action_items.reminders.policy import Policy
from core import times
from core.text import one_line
from incidents.models import ActionItem, Incident, Severity
from incidents.operations.action_item_changes import facts


def default_due_on(incident: Incident, today: date, policy: Policy | None = None) -> date:
    """Return the due date offered for a new action item of `incident`, counted from `today`.

    Pass the `policy` in force when asking for many items.
    """
    policy = policy or policy_store.current()
    days = {Severity.SEV1: policy.due_days_sev1, Severity.SEV2: policy.due_days_sev2}
    return today + timedelta(days=days.get(Severity(incident.severity), policy.due_days))


@transaction.atomic
def redate(
    item: ActionItem,
    *,
    due_on: date,
    reason: str = "",
    version: int | None = None,
    by: User,
    at: datetime,
    via: str = "app",
) -> ActionItem:
    """Change the due date of `item`. The same day again changes nothing.

    Raises ReasonMissing if it is later than the present due date and than its severity allows,
    DueRefused for a past day, StaleWrite if `version` is not the current one, AlreadyClosed,
    ActionItemGone, or PermissionDenied.
    """
    held = hold_open(item, by=by, to="re-date", version=version)
    was = facts(held)
    if held.due_on == due_on:
        return held
    if due_on < timezone.localdate(at):
        raise DueRefused("That day has passed. Choose a later one.")
    agree_due(held, due_on, reason)
    summary = f"Action item due {due_on.isoformat()}: {held.title}"
    return save(held, was, by=by, at=at, summary=summary, note=reason, via=via)


def agree_due(
    item: ActionItem, due_on: date | None, reason: str, policy: Policy | None = None
) -> None:
    """Set the due date of `item`. The time its severity allows counts from the day it was created.

    Raises ReasonMissing without a `reason` if the new date is later than that and than the present
    one, or if the due date would be removed.
    """
    reason = one_line(reason)
    if due_on == item.due_on and reason in ("", item.due_reason):
        return
    allowed = default_due_on(item.incident, timezone.localdate(item.created_at), policy)
    is_taken_away = due_on is None and item.due_on is not None
    is_later = due_on is not None and due_on > max(allowed, item.due_on or allowed)
    if not reason and (is_taken_away or is_later):
        raise ReasonMissing(
            f"Its incident’s severity allows until {times.day(allowed)}. Enter a reason for the "
            "later date."
        )
    within = due_on is not None and due_on <= allowed
    item.due_reason = "" if within else (reason or item.due_reason)
    item.due_on = due_on
