"""Recording whether a fix held when its failure came back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import User
from action_items.models import FixAnswer, FixCheck
from action_items.operations import action_items
from core.errors import DomainError, StaleWrite
from core.seen_version import version_of
from core.text import clean_markdown
from incidents import permissions
from incidents.models import ActionItem, ActionItemStatus, Incident, LinkState, PatternLink


class AlreadyAnswered(DomainError):
    """A different answer about the same fix that somebody else gave first."""


class NothingToAsk(DomainError):
    """An action item that is not a fix about which this incident tells anything."""


def fix_version(done_at: datetime | None) -> int:
    """Return the version of a fix completed at `done_at`, for a page to carry."""
    return version_of(done_at.timestamp() if done_at else None)


def _require_seen(done_at: datetime, version: int | None) -> None:
    if version not in (None, fix_version(done_at)):
        raise StaleWrite("This action item was opened and done again since you opened this page.")


@transaction.atomic
def answer(
    item: ActionItem,
    incident: Incident,
    *,
    answer: str,
    note: str = "",
    reopen: bool = False,
    version: int | None = None,
    by: User,
    at: datetime,
) -> FixCheck:
    """Record whether `item`, completed after an earlier incident, held in `incident`.

    Only the key of `item` is read. `note` is Markdown. With `reopen`, a fix that did not hold is
    reopened at once, due as a new action item of its incident would be; it may also be reopened by
    a later call. The same answer again changes nothing.

    Raises AlreadyAnswered if another answer was given, StaleWrite if the fix was not completed at
    the time of `version`, a `fix_version`, NothingToAsk if the item is not done or the two
    incidents share no confirmed pattern, DomainError for an unknown answer, or PermissionDenied,
    also if `by` may not see both incidents.
    """
    permissions.require(permissions.can_write(by), "Only authors may say whether a fix held.")
    if answer not in FixAnswer.values or (reopen and answer != FixAnswer.DID_NOT_HOLD):
        raise DomainError(
            "A fix held, or it did not; only a fix that did not hold can be reopened."
        )
    held, standing, came_back = _hold(item, incident, by)
    found = FixCheck.objects.get(pk=standing) if standing else None
    if found is None:
        done_at = _done_at(held, incident, came_back)
        _require_seen(done_at, version)
        found = FixCheck.objects.create(
            action_item=held,
            incident=incident,
            answer=answer,
            note=clean_markdown(note),
            done_at=done_at,
            evidence=held.evidence,
            reopened=reopen,
            answered_at=at,
            answered_by=by,
        )
        if reopen:
            _reopen(held, by=by, at=at)
    elif found.answer != answer:
        who = found.answered_by or "Somebody"
        raise AlreadyAnswered(f"{who} answered before you: {found.get_answer_display().lower()}.")
    elif reopen and not found.reopened:
        _require_seen(found.done_at, version)
        found.reopened = True
        found.save(update_fields=["reopened"])
        _reopen(held, by=by, at=at)
    return found


@transaction.atomic
def take_back(check: FixCheck, *, by: User) -> None:
    """Withdraw the answer. A reopened action item stays open.

    Withdrawing again changes nothing. Raises PermissionDenied.
    """
    permissions.require(permissions.can_write(by), "Only authors may say whether a fix held.")
    FixCheck.objects.visible_to(by).filter(pk=check.pk).delete()


def _hold(item: ActionItem, incident: Incident, by: User) -> tuple[ActionItem, int | None, bool]:
    """Return `item` as stored now, the key of the existing answer, and whether both incidents have
    a confirmed pattern in common.

    Locks both incidents, always in the same order, so that two people who answer cannot deadlock.
    """
    of_item = ActionItem.objects.filter(pk=item.pk).values("incident")
    both = Incident.objects.visible_to(by).filter(Q(pk=incident.pk) | Q(pk__in=of_item))
    held = {found.pk: found for found in both.order_by("pk").select_for_update(of=("self",))}
    confirmed = PatternLink.objects.filter(state=LinkState.CONFIRMED)
    patterns = confirmed.filter(incident=incident).values("pattern")
    shared = confirmed.filter(incident=OuterRef("incident"), pattern__in=patterns)
    standing = FixCheck.objects.filter(action_item=OuterRef("pk"), incident=incident)
    items = ActionItem.objects.select_related("owner", "owner_team", "parent").annotate(
        came_back=Exists(shared), standing=Subquery(standing.values("pk")[:1])
    )
    current = items.select_for_update(of=("self",)).filter(pk=item.pk).first()
    if current is None:
        raise action_items.ActionItemGone("Somebody deleted this action item meanwhile.")
    permissions.require(
        incident.pk in held and current.incident_id in held,
        "Only people who may read both incidents may say whether a fix held.",
    )
    current.incident = held[current.incident_id]
    return current, current.standing, current.came_back


def _reopen(item: ActionItem, *, by: User, at: datetime) -> None:
    due_on = action_items.default_due_on(item.incident, timezone.localdate(at))
    action_items.reopen_held(item, due_on=due_on, by=by, at=at)


def _done_at(item: ActionItem, incident: Incident, came_back: bool) -> datetime:
    """Return when the fix in question was completed. Raises NothingToAsk if there is none."""
    if item.status != ActionItemStatus.DONE or item.closed_at is None:
        raise NothingToAsk(f"“{item.title}” is not done, so there is no fix to assess.")
    if item.incident_id == incident.pk or not came_back:
        raise NothingToAsk("Only a recurrence shows whether a fix held.")
    return item.closed_at
