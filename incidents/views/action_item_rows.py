"""Action items as rows: everything a list shows about one, worked out before the template runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlsplit

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from incidents.models import ActionItem, ActionItemStatus, Incident, Origin, PatternLink
from incidents.permissions import can_progress, can_write

WEEK = 7

_TRACKERS = {
    "github.com": "GitHub",
    "gitlab.com": "GitLab",
    "linear.app": "Linear",
    "app.asana.com": "Asana",
    "trello.com": "Trello",
    "bitbucket.org": "Bitbucket",
}
_TRACKER_WORDS = {"github": "GitHub", "gitlab": "GitLab", "jira": "Jira", "atlassian": "Jira"}


@dataclass(frozen=True)
class Due:
    """When something is due, in words. `stage` is `now`, `late`, `long-late`, or empty."""

    text: str
    stage: str = ""
    iso: str = ""


@dataclass(frozen=True)
class PatternLabel:
    name: str
    url: str


@dataclass(frozen=True)
class ActionItemRow:
    """One action item as a list shows it to one person."""

    pk: int
    title: str
    url: str
    complete_url: str
    edit_url: str
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
    due: Due
    origin: str
    tracker_url: str
    tracker_name: str
    closing_note: str
    may_progress: bool
    may_edit: bool
    version: int
    did_not_hold: str = ""  # references of the incidents in which it came back all the same


def due(item: ActionItem, today: date) -> Due:
    """When `item` is due, seen from `today`."""
    if not item.is_open:
        on = timezone.localdate(item.closed_at) if item.closed_at else None
        word = "Done" if item.status == ActionItemStatus.DONE else "Declined"
        return Due(f"{word} {on:%-d %b %Y}" if on else word, iso=on.isoformat() if on else "")
    if item.due_on is None:
        return Due("No due date")
    iso = item.due_on.isoformat()
    days = (item.due_on - today).days
    if days < -WEEK:
        return Due(f"{-days} days overdue", "long-late", iso)
    if days < 0:
        return Due("1 day overdue" if days == -1 else f"{-days} days overdue", "late", iso)
    if days <= 1:
        return Due("Due tomorrow" if days else "Due today", "now", iso)
    if days < WEEK:
        return Due(f"Due {item.due_on:%A %-d %b}", iso=iso)
    return Due(f"Due {item.due_on:%-d %b %Y}", iso=iso)


def tracker_name(url: str) -> str:
    """What the tracker behind `url` is called, or its host where we do not know it."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    known = _TRACKERS.get(host)
    return known or next((name for word, name in _TRACKER_WORDS.items() if word in host), host)


def with_what_rows_show(items: QuerySet[ActionItem]) -> QuerySet[ActionItem]:
    """`items` with all that `rows` reads from them, in two queries whatever their number."""
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
) -> list[ActionItemRow]:
    """`items` as rows for `user`, who must be allowed to see them; `today` is the reader's.

    `failed` says by key in which incidents a fix did not hold, of those that `user` may see. A
    queryset is fetched with all that rows show; other items bring it along.
    """
    if isinstance(items, QuerySet):
        items = with_what_rows_show(items)
    addresses = _Addresses()
    made = [_row(item, user, today, with_patterns, addresses) for item in items]
    if failed:
        made = [replace(row, did_not_hold=failed.get(row.pk, "")) for row in made]
    return made


class _Addresses:
    """Addresses by the row: each kind is worked out once, since a page shows many."""

    def __init__(self) -> None:
        self._incidents: dict[int, str] = {}
        self._patterns: dict[str, str] = {}
        self._items = {
            name: reverse(f"action_item_{name}", args=[0])
            for name in ("detail", "complete", "edit")
        }

    def of_item(self, name: str, pk: int) -> str:
        return self._items[name].replace("/0/", f"/{pk}/")

    def of_incident(self, incident: Incident) -> str:
        if incident.pk not in self._incidents:
            self._incidents[incident.pk] = f"{incident.get_absolute_url()}#action-items"
        return self._incidents[incident.pk]

    def of_pattern(self, slug: str) -> str:
        if slug not in self._patterns:
            self._patterns[slug] = reverse("pattern_detail", args=[slug])
        return self._patterns[slug]


def _row(
    item: ActionItem, user: User, today: date, with_patterns: bool, addresses: _Addresses
) -> ActionItemRow:
    incident = item.incident
    owner = item.owner or item.owner_team
    links = incident.pattern_links.all() if with_patterns else []
    patterns = [link.pattern for link in links]
    first = patterns[0] if patterns else None
    return ActionItemRow(
        pk=item.pk,
        title=item.title,
        url=addresses.of_item("detail", item.pk),
        complete_url=addresses.of_item("complete", item.pk),
        edit_url=addresses.of_item("edit", item.pk),
        incident_reference=incident.reference,
        incident_title=incident.title,
        incident_url=addresses.of_incident(incident),
        pattern=PatternLabel(first.name, addresses.of_pattern(first.slug)) if first else None,
        other_patterns=tuple(pattern.name for pattern in patterns[1:]),
        owner=str(owner) if owner else item.owner_as_written,
        owner_initials=item.owner.initials if item.owner else "",
        owner_is_team=item.owner_team_id is not None,
        status=item.status,
        status_label=item.get_status_display(),
        is_open=item.is_open,
        priority=item.priority,
        kind=item.get_kind_display(),
        due=due(item, today),
        origin="" if item.origin == Origin.TEAM else item.get_origin_display(),
        tracker_url=item.tracker_url,
        tracker_name=tracker_name(item.tracker_url),
        closing_note=item.closing_note,
        may_progress=can_progress(user, item),
        may_edit=can_write(user),
        version=item.version,
    )
