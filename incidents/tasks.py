"""Background tasks: thin, and safe to run twice."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from core.tasks import retried_task
from incidents.operations import labels, live_upkeep


@retried_task()
def keep_new_names(incidents: list[int], by: int, at: str) -> None:
    """Record a revision of these incidents after a service or tag was renamed."""
    person, moment = User.objects.get(pk=by), datetime.fromisoformat(at)
    labels.keep_new_names(incidents, by=person, at=moment)


@retried_task()
def search_live_text(incident: int) -> None:
    """Index the live text of an incident."""
    live_upkeep.refresh_search(incident)


@retried_task()
def keep_up_live_text() -> None:
    """Record the revisions of stretches that are over, and index text that was missed."""
    now = timezone.now()
    live_upkeep.end_quiet_stretches(at=now)
    for incident in live_upkeep.unsearched(at=now):
        live_upkeep.refresh_search(incident)


@retried_task()
def prune_live_text() -> None:
    """Delete rows of live writing that are no longer needed."""
    live_upkeep.prune(at=timezone.now())
