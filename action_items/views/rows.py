"""Action items as rows of a list: every value is computed before the template renders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from action_items.due_dates import DueDate, due
from action_items.operations.action_items import snoozes_left
from action_items.permissions import can_progress
from action_items.reminders.policy import Policy
from action_items.views.fix_history import did_not_hold_among
from action_items.views.reading import items_of, patterns_of
from action_items.views.remarks import own_remarks
from core.markdown import to_plain_text
from core.trackers import tracker_of
from incidents.addresses import action_item_part_url, incident_url, pattern_url
from incidents.models import (
    ActionItem,
    ActionItemKind,
    ActionItemStatus,
    Origin,
    PatternLink,
)
from incidents.permissions import can_write

_STATUSES = {value: str(label) for value, label in ActionItemStatus.choices}
_KINDS = {value: str(label) for value, label in ActionItemKind.choices}
_Patterns = Mapping[int, Sequence[tuple[str, str]]]  # names and slugs, by incident


@dataclass(frozen=True)
class PatternLabel:
    name: str
    url: str


@dataclass(frozen=True)
class ActionItemRow:
    """One action item in a list, for one person."""

    pk: int
    title: str
    url: str
    complete_url: str
    edit_url: str
    decline_url: str
    change_url: str
    move_url: str
    incident_reference: str
    incident_title: str
    incident_url: str
    pattern: PatternLabel | None
    other_patterns: tuple[str, ...]
    owner: str
    owner_initials: str
    owner_is_team: bool
    status: str
    status_label: str
    is_open: bool
    priority: str
    kind: str
    due: DueDate
    origin: str
    tracker_url: str
    tracker_name: str
    tracker_icon: str
    closing_note: str
    remarks: tuple[str, ...]
    is_part: bool
    may_progress: bool
    may_edit: bool
    version: int
    due_on: str = ""  # also for closed items
    has_owner: bool = False  # one with an account: nobody else is reminded
    snooze_url: str = ""  # set if it may be snoozed and the list offers that
    did_not_hold: str = ""  # references of the incidents in which the failure recurred


def with_what_rows_show(items: QuerySet[ActionItem]) -> QuerySet[ActionItem]:
    """Return `items` with everything that `rows` reads, in two queries for any number."""
    links = PatternLink.objects.confirmed().select_related("pattern")
    return items.select_related("incident", "owner", "owner_team").prefetch_related(
        Prefetch("incident__pattern_links", queryset=links)
    )


def rows(
    items: QuerySet[ActionItem] | Iterable[ActionItem],
    user: User,
    today: date,
    *,
    with_patterns: bool = True,
    failed: Mapping[int, str] | None = None,
    policy: Policy | None = None,
) -> list[ActionItemRow]:
    """Return `items` as rows for `user`, who must be allowed to see them; `today` is the reader's.

    `failed` gives, by key, the incidents visible to `user` in which a fix did not hold. With a
    `policy` the rows offer snoozing. A queryset is fetched with everything needed; other items must
    have it loaded.
    """
    shown = with_what_rows_show(items) if isinstance(items, QuerySet) else list(items)
    patterns = {
        item.incident_id: [
            (link.pattern.name, link.pattern.slug) for link in item.incident.pattern_links.all()
        ]
        for item in (shown if with_patterns else ())
    }
    return _rows(shown, user, today, patterns, failed or {}, policy)


def _rows(
    items: Iterable[ActionItem],
    user: User,
    today: date,
    patterns: _Patterns,
    failed: Mapping[int, str],
    policy: Policy | None = None,
) -> list[ActionItemRow]:
    writes = can_write(user)
    return [
        _row(
            item,
            today,
            patterns.get(item.incident_id, ()),
            may_edit=writes,
            may_progress=writes or can_progress(user, item),
            snooze_url=_snooze_url(item, today, policy) if policy else "",
            did_not_hold=failed.get(item.pk, ""),
        )
        for item in items
    ]


def _snooze_url(item: ActionItem, today: date, policy: Policy) -> str:
    """Return the URL that snoozes `item`; empty if it may not be snoozed, or is already."""
    is_snoozed = item.snoozed_until is not None and item.snoozed_until > today
    if not item.is_open or is_snoozed or not snoozes_left(item, policy):
        return ""
    return action_item_part_url("action_item_snooze", item.pk)


def rows_of(pks: Sequence[int], user: User, today: date) -> list[ActionItemRow]:
    """Return the rows of `pks`, in that order, as far as `user` may see them."""
    if not pks:
        return []
    items = {item.pk: item for item in items_of(pks, user)}
    shown = [items[pk] for pk in pks if pk in items]
    patterns = patterns_of([item.incident_id for item in shown])
    return _rows(shown, user, today, patterns, did_not_hold_among(user, pks))


def _row(
    item: ActionItem,
    today: date,
    patterns: Sequence[tuple[str, str]],
    **known: Any,
) -> ActionItemRow:
    incident = item.incident
    owner = item.owner or item.owner_team
    first = PatternLabel(patterns[0][0], pattern_url(patterns[0][1])) if patterns else None
    tracker = tracker_of(item.tracker_url) if item.tracker_url else None
    return ActionItemRow(
        pk=item.pk,
        title=item.title,
        url=action_item_part_url("action_item_detail", item.pk),
        complete_url=action_item_part_url("action_item_complete", item.pk),
        edit_url=action_item_part_url("action_item_edit", item.pk),
        decline_url=action_item_part_url("action_item_decline", item.pk),
        change_url=action_item_part_url("action_item_change", item.pk),
        move_url=action_item_part_url("action_item_move", item.pk),
        incident_reference=incident.reference,
        incident_title=incident.title,
        incident_url=f"{incident_url(incident.reference)}#action-items",
        pattern=first,
        other_patterns=tuple(name for name, _ in patterns[1:]),
        owner=str(owner) if owner else item.owner_as_written,
        owner_initials=item.owner.initials if item.owner else "",
        owner_is_team=item.owner_team_id is not None,
        status=item.status,
        status_label=_STATUSES[item.status],
        is_open=item.is_open,
        priority=item.priority,
        kind=_KINDS[item.kind],
        due=due(item, today),
        origin="" if item.origin == Origin.TEAM else item.get_origin_display(),
        tracker_url=item.tracker_url if tracker else "",
        tracker_name=str(tracker or ""),
        tracker_icon=tracker.icon if tracker else "",
        closing_note=to_plain_text(item.closing_note) or item.evidence_url,
        remarks=own_remarks(item, today),
        is_part=item.parent_id is not None,
        version=item.version,
        due_on=item.due_on.isoformat() if item.due_on else "",
        has_owner=owner is not None,
        **known,
    )
