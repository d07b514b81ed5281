"""Moments on an incident, copied from its timeline for lists."""

from __future__ import annotations

from typing import Any

from incidents.models import Incident, Milestone, Precision, TimelineEvent


def refresh_times(incident: Incident) -> None:
    """Copy the milestones from the timeline to `incident`, and save those that changed.

    The incident occurred at its `started` event; without one, at its earliest dated event; without
    any, at an unknown time. Every operation that changes a timeline calls this.
    """
    events = list(
        TimelineEvent.objects.filter(incident=incident, occurred_at__isnull=False).order_by(
            "occurred_at", "position"
        )
    )
    by_milestone = {event.milestone: event for event in events if event.milestone}
    first = by_milestone.get(Milestone.STARTED) or next(iter(events), None)
    times: dict[str, Any] = {
        "occurred_at": first.occurred_at if first else None,
        "occurred_precision": first.precision if first else Precision.UNKNOWN,
    }
    for milestone in Milestone:
        event = by_milestone.get(milestone)
        times[f"{milestone}_at"] = event.occurred_at if event else None
    changed = [name for name, value in times.items() if getattr(incident, name) != value]
    for name in changed:
        setattr(incident, name, times[name])
    if changed:
        incident.save(update_fields=changed)
