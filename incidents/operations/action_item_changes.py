"""The history of an action item: changes of its facts, and who assigned it to its owner."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from core.text import clean_markdown
from incidents.models import ActionItem, ActionItemChange, Changed

Facts = dict[str, str]
OwnerKeys = tuple[int | None, int | None]

_LONGEST = 300


def facts(item: ActionItem) -> Facts:
    """Return the current values of the facts that the history records."""
    return {
        Changed.STATUS: item.status,
        Changed.OWNER: str(item.owner or item.owner_team or item.owner_as_written),
        Changed.DUE: item.due_on.isoformat() if item.due_on else "",
        Changed.SNOOZE: item.snoozed_until.isoformat() if item.snoozed_until else "",
        Changed.RE_REVIEW: item.re_review_on.isoformat() if item.re_review_on else "",
        Changed.PARENT: item.parent.title if item.parent else "",
    }


def keep_changes(
    held: ActionItem,
    was: Facts,
    *,
    by: User | None,
    at: datetime,
    note: str = "",
    via: str = "app",
) -> None:
    """Record the facts of `held` that differ from `was`. `note` goes with the first."""
    now = facts(held)
    changed = [fact for fact in now if now[fact] != was[fact]]
    ActionItemChange.objects.bulk_create(
        ActionItemChange(
            item=held,
            at=at,
            by=by,
            what=fact,
            before=was[fact][:_LONGEST],
            after=now[fact][:_LONGEST],
            note=clean_markdown(note) if fact == changed[0] else "",
            via=via,
        )
        for fact in changed
    )


def owner_keys(item: ActionItem) -> OwnerKeys:
    return item.owner_id, item.owner_team_id


def note_giver(item: ActionItem, before: OwnerKeys, *, by: User, at: datetime) -> None:
    """Record that `by` assigned `item`, if its owner differs from `before`."""
    if owner_keys(item) != before:
        item.given_at, item.given_by = (at, by) if any(owner_keys(item)) else (None, None)
