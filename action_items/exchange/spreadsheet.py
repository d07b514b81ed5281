"""Action items as rows of a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from csv import writer
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings

from core.text import printable
from incidents.models import ActionItem

CONTENT_TYPE = "text/csv; charset=utf-8"
COLUMNS = (
    *("key", "title", "status", "priority", "kind", "size", "due_on", "owner", "owner_username"),
    *("owner_team", "incident", "incident_title", "created_at", "closed_at", "closed_by"),
    *("closing_note", "evidence_url", "verified_by", "accepted_risk", "re_review_on"),
    *("due_reason", "tracker_url", "address"),
)
# Excel reads a file as UTF-8 only if it starts with this; other programs skip it.
_BYTE_ORDER_MARK = "\ufeff"
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file object that returns what is written to it."""

    def write(self, text: str) -> str:
        return text


def lines(items: Iterable[ActionItem]) -> Iterator[str]:
    """Yield lines of CSV with a header for `items`, loaded with incident, owner, team, closer and
    verifier.

    Days and moments are ISO 8601, moments in UTC. A text that a spreadsheet would run as a formula
    gets a leading apostrophe.
    """
    csv = writer(_Line())
    yield _BYTE_ORDER_MARK + str(csv.writerow(COLUMNS))
    for item in items:
        yield str(csv.writerow([_cell(value) for value in _values(item)]))


def _values(item: ActionItem) -> tuple[Any, ...]:
    owner, team, incident = item.owner, item.owner_team, item.incident
    return (
        *(item.pk, item.title, item.status, item.priority, item.kind, item.size, item.due_on),
        str(owner) if owner else item.owner_as_written,
        owner.username if owner else "",
        team.name if team else "",
        *(incident.reference, incident.title, item.created_at, item.closed_at),
        str(item.closed_by) if item.closed_by else "",
        *(item.closing_note, item.evidence_url),
        str(item.verified_by) if item.verified_by else "",
        *(item.accepted_risk, item.re_review_on, item.due_reason, item.tracker_url),
        settings.SITE_URL + item.get_absolute_url(),
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    text = printable(str(value))
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text
