"""Completing, declining and reopening action items."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from action_items.operations.action_items.dependencies import require_no_open_waits
from action_items.operations.action_items.holding import hold, hold_open, require_seen, save
from action_items.operations.action_items.owners import may_see
from action_items.operations.action_items.parts import require_no_open_parts
from action_items.operations.action_items.refusals import (
    EvidenceMissing,
    NotDeclined,
    ReasonMissing,
    ReReviewRefused,
    RiskMissing,
    VerifierRefused,
)
from action_items.permissions import can_progress
from core import times
from core.text import clean_markdown, one_line
from incidents import permissions
from incidents.models import ActionItem, ActionItemStatus
from incidents.operations.action_item_changes import facts

_RE_REVIEW_AFTER = timedelta(days=90)
_RE_REVIEW_AT_LATEST = timedelta(days=365)


@transaction.atomic
def complete(
    item: ActionItem,
    *,
    evidence: str = "",
    evidence_url: str = "",
    verified_by: User | None = None,
    leave_parts_open: bool = False,
    despite_waits: bool = False,
    version: int | None = None,
    by: User,
    at: datetime,
    via: str = "app",
) -> ActionItem:
    """Close `item` as done; `evidence`, a note in Markdown, or `evidence_url` shows it.

    `verified_by` is the person who checked that; None means `by`. Raises EvidenceMissing,
    VerifierRefused, OpenParts unless `leave_parts_open`, StillWaits unless `despite_waits`,
    StaleWrite if `version` is not the current one, AlreadyClosed, ActionItemGone, or
    PermissionDenied.
    """
    if not evidence.strip() and not evidence_url.strip():
        raise EvidenceMissing("Enter evidence that it is done: a link, or a sentence.")
    held = hold_open(item, by=by, to="close", version=version)
    was = facts(held)
    require_no_open_parts(held, leave_open=leave_parts_open)
    require_no_open_waits(held, by=by, despite=despite_waits)
    verifier = verified_by or by
    if verifier != by and not may_see(verifier, held):
        raise VerifierRefused(f"{verifier} cannot open this incident, so cannot have looked at it.")
    held.status, held.verified_by = ActionItemStatus.DONE, verifier
    held.closing_note, held.evidence_url = clean_markdown(evidence), one_line(evidence_url)
    held.closed_at, held.closed_by = at, by
    summary = f"Action item done: {held.title}"
    return save(held, was, by=by, at=at, summary=summary, note=held.evidence, via=via)


@transaction.atomic
def decline(
    item: ActionItem,
    *,
    reason: str,
    accepted_risk: str,
    re_review_on: date | None = None,
    leave_parts_open: bool = False,
    version: int | None = None,
    by: User,
    at: datetime,
    via: str = "app",
) -> ActionItem:
    """Close `item` as “won’t do”, with a `reason` and the `accepted_risk`, both Markdown.

    It is due for re-review on `re_review_on`, by default in 90 days. Raises ReasonMissing,
    RiskMissing, ReReviewRefused, OpenParts unless `leave_parts_open`, StaleWrite if `version` is
    not the current one, AlreadyClosed, ActionItemGone, or PermissionDenied.
    """
    if not reason.strip():
        raise ReasonMissing("Enter why it will not be done.")
    if not accepted_risk.strip():
        raise RiskMissing("Enter the accepted risk: what may happen, and to whom.")
    held = hold_open(item, by=by, to="close", version=version)
    was = facts(held)
    require_no_open_parts(held, leave_open=leave_parts_open)
    _look_again(held, re_review_on, timezone.localdate(at))
    held.status, held.accepted_risk = ActionItemStatus.WONT_DO, clean_markdown(accepted_risk)
    held.closing_note, held.closed_at, held.closed_by = clean_markdown(reason), at, by
    summary = f"Action item declined: {held.title}"
    return save(held, was, by=by, at=at, summary=summary, note=reason, via=via)


@transaction.atomic
def keep_declined(
    item: ActionItem,
    *,
    re_review_on: date | None = None,
    note: str = "",
    accepted_risk: str = "",
    version: int | None = None,
    by: User,
    at: datetime,
    via: str = "app",
) -> ActionItem:
    """Keep `item` declined after a re-review, with the next one on `re_review_on`.

    `accepted_risk`, if given, replaces the stored one. Raises RiskMissing if there is neither,
    ReReviewRefused, NotDeclined, StaleWrite, ActionItemGone, or PermissionDenied.
    """
    held = hold(item, version=version)
    permissions.require(can_progress(by, held), "Only authors and its owner may decide about it.")
    if held.status != ActionItemStatus.WONT_DO:
        raise NotDeclined("It is no longer declined: somebody reopened it.")
    was = facts(held)
    held.accepted_risk = clean_markdown(accepted_risk) or held.accepted_risk
    if not held.accepted_risk:
        raise RiskMissing("Enter the accepted risk: what may happen, and to whom.")
    _look_again(held, re_review_on, timezone.localdate(at))
    summary = f"Action item still declined: {held.title}"
    return save(held, was, by=by, at=at, summary=summary, note=note, via=via)


@transaction.atomic
def reopen(
    item: ActionItem,
    *,
    due_on: date | None = None,
    version: int | None = None,
    by: User,
    at: datetime,
    via: str = "app",
) -> ActionItem:
    """Reopen `item`, due on `due_on` if that is given. An open item stays as it is.

    The closing note stays in the revisions and in the item's history. Raises StaleWrite if
    `version` is not the current one, ActionItemGone, or PermissionDenied.
    """
    held = hold(item)
    permissions.require(
        can_progress(by, held), "Only authors and its owner may reopen an action item."
    )
    if not held.is_open:
        require_seen(held, version)
    return reopen_held(held, due_on=due_on or held.due_on, by=by, at=at, via=via)


def reopen_held(
    held: ActionItem, *, due_on: date | None, by: User, at: datetime, via: str = "app"
) -> ActionItem:
    """Reopen `held` as `reopen` does, due on that day. The caller has locked the item and its
    incident.
    """
    permissions.require(
        can_progress(by, held), "Only authors and its owner may reopen an action item."
    )
    if held.is_open:
        return held
    was = facts(held)
    held.status, held.due_on = ActionItemStatus.OPEN, due_on
    held.closing_note, held.closed_at, held.closed_by = "", None, None
    held.evidence_url, held.verified_by = "", None
    held.accepted_risk, held.re_review_on = "", None
    summary = f"Action item reopened: {held.title}"
    return save(held, was, by=by, at=at, summary=summary, via=via)


def default_re_review_on(today: date) -> date:
    """Return the day on which a declined item is reviewed again, unless somebody chooses
    another.
    """
    return today + _RE_REVIEW_AFTER


def _look_again(held: ActionItem, day: date | None, today: date) -> None:
    day = day or default_re_review_on(today)
    latest = today + _RE_REVIEW_AT_LATEST
    if not today < day <= latest:
        raise ReReviewRefused(
            f"Choose a day from tomorrow to {times.day(latest)}: a risk is accepted for a year at "
            "most, then looked at again."
        )
    held.re_review_on = day
