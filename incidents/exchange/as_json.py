"""Documents as plain values for JSON, under the names that `manage.py import --json` prints."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from incidents.exchange.documents import ParsedPostmortem, Problem
from incidents.exchange.times import zone_named
from incidents.models import Precision


def postmortem_fields(document: ParsedPostmortem) -> dict[str, Any]:
    """Return the content of `document`. Clock times are in its time zone, in UTC if that is
    unknown.
    """
    zone = document.time_zone
    occurred_at = document.occurred_at
    return {
        "title": document.title,
        "occurred_on": _local(occurred_at, zone).date().isoformat() if occurred_at else None,
        "timezone": zone or None,
        "severity": document.severity,
        "sections": [
            {"kind": section.kind, "title": section.title, "body": section.body}
            for section in document.sections
        ],
        "timeline": [
            {
                "occurred_at": _iso(event.occurred_at, zone, event.precision),
                "ends_at": _iso(event.ends_at, zone, event.precision),
                "precision": event.precision,
                "as_written": event.as_written or None,
                "milestone": event.milestone or None,
                "text": event.text,
            }
            for event in document.timeline
        ],
        "root_causes": [{"role": cause.role, "text": cause.text} for cause in document.root_causes],
        "action_items": [
            {
                "title": item.title,
                "kind": item.kind,
                "owner": item.owner or item.owner_team or item.owner_as_written or None,
                "due_on": item.due_on.isoformat() if item.due_on else None,
                "status": item.status,
                "tracker_url": item.tracker_url or None,
            }
            for item in document.action_items
        ],
    }


def nothing_fields(title: str | None) -> dict[str, Any]:
    """Return the same names for a file that is not a postmortem."""
    return {
        "title": title,
        "occurred_on": None,
        "timezone": None,
        "severity": None,
        "sections": [],
        "timeline": [],
        "root_causes": [],
        "action_items": [],
    }


def problem_fields(problem: Problem) -> dict[str, Any]:
    return {"line": problem.line, "message": problem.message}


def _local(moment: datetime, zone_name: str) -> datetime:
    try:
        return moment.astimezone(zone_named(zone_name) or UTC)
    except OverflowError:
        return moment.astimezone(UTC)


def _iso(moment: datetime | None, zone_name: str, precision: str) -> str | None:
    """Return ISO 8601; only the day if no time of day is known."""
    if moment is None:
        return None
    local = _local(moment, zone_name)
    has_clock = Precision(precision).has_clock(local)
    return local.isoformat() if has_clock else local.date().isoformat()
