"""Answers to “Did the fix hold?”, for the action item that was the fix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from accounts.models import Role, User
from action_items.models import FixCheck
from core import markdown
from core.prepared import Prepared, among
from incidents.addresses import incident_url
from incidents.models import ActionItem, Incident


@dataclass(frozen=True)
class FixCheckPart:
    """One answer to “Did the fix hold?”, with the evidence for the fix."""

    answer: str
    answer_label: str
    incident: str
    incident_url: str
    answered_by: str
    answered_at: datetime
    done_at: datetime
    evidence: SafeString
    note: SafeString
    reopened: bool


def did_not_hold(user: User, incident: Incident) -> dict[int, str]:
    """Return the action items of `incident` that did not hold, by key, with the later incidents.

    Only incidents that `user` may see. One query.
    """
    return _told(_failed(Role(user.role), user.pk, incident.pk))


def did_not_hold_among(user: User, keys: Sequence[int]) -> dict[int, str]:
    """Return the same as `did_not_hold` for action items with these keys, of any incidents."""
    if not keys:
        return {}
    return _told(_failed_among(Role(user.role), user.pk, list(keys)))


def _told(failed: Iterable[tuple[int, str]]) -> dict[int, str]:
    found: dict[int, str] = {}
    for item, reference in failed:
        found[item] = f"{found[item]}, {reference}" if item in found else reference
    return found


@Prepared
def _failed_among(role: Role, user_pk: int, keys: Any) -> QuerySet[Any, Any]:
    visible = FixCheck.objects.visible_to(User(pk=user_pk, role=role)).failed()
    of_items = visible.filter(among("action_item_id", keys)).order_by("pk")
    return of_items.values_list("action_item_id", "incident__reference")


@Prepared
def _failed(role: Role, user_pk: int, incident_pk: int) -> QuerySet[Any, Any]:
    visible = FixCheck.objects.visible_to(User(pk=user_pk, role=role)).failed()
    of_incident = visible.filter(action_item__incident=incident_pk).order_by("pk")
    return of_incident.values_list("action_item_id", "incident__reference")


def fix_checks(user: User, item: ActionItem) -> list[FixCheckPart]:
    """Return the answers about `item`, the latest first, as far as `user` may see them. One
    query.
    """
    found = FixCheck.objects.visible_to(user).filter(action_item=item)
    return [
        FixCheckPart(
            answer=check.answer,
            answer_label=check.get_answer_display(),
            incident=f"{check.incident.reference} {check.incident.title}",
            incident_url=incident_url(check.incident.reference),
            answered_by=str(check.answered_by or "Somebody"),
            answered_at=check.answered_at,
            done_at=check.done_at,
            evidence=markdown.render(check.evidence),
            note=markdown.render(check.note),
            reopened=check.reopened,
        )
        for check in found.select_related("incident", "answered_by").order_by("-answered_at", "-pk")
    ]
