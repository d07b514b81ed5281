"""Rows of playbook runs, for the playbook's page and the incident's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from incidents.addresses import incident_url
from incidents.models import Incident
from playbooks.models import Playbook
from recurrence.models import PlaybookRun

RUNS_SHOWN = 5


@dataclass(frozen=True)
class RunRow:
    """A run. `progress` summarises its steps; `incident` is empty if it is not attached.

    `is_own` marks the reader's own run.
    """

    pk: int
    playbook: str
    url: str
    incident: str
    incident_url: str
    started_at: datetime
    started_by: str
    progress: str
    is_own: bool


def open_runs_of(playbook: Playbook, user: User) -> list[RunRow]:
    """Return the open runs of `playbook` that `user` may see, the latest first. One query."""
    return _rows(PlaybookRun.objects.visible_to(user).open().filter(playbook=playbook), user)


def open_runs_in(incident: Incident) -> list[RunRow]:
    """Return the open runs in `incident`, which the caller read through `visible_to`. One query."""
    return _rows(PlaybookRun.objects.open().filter(incident=incident))


def _rows(runs: QuerySet[PlaybookRun], user: User | None = None) -> list[RunRow]:
    found = runs.select_related("incident", "playbook", "started_by").annotate(
        done=Count("ticks", filter=Q(ticks__is_skipped=False)),
        skipped=Count("ticks", filter=Q(ticks__is_skipped=True)),
    )
    return [
        RunRow(
            pk=run.pk,
            playbook=run.playbook.title,
            url=run.get_absolute_url(),
            incident=run.incident.reference if run.incident else "",
            incident_url=incident_url(run.incident.reference) if run.incident else "",
            started_at=run.started_at,
            started_by=str(run.started_by or ""),
            progress=_ticked(run.done, run.skipped),
            is_own=user is not None and run.started_by_id == user.pk,
        )
        for run in found[:RUNS_SHOWN]
    ]


def _ticked(done: int, skipped: int) -> str:
    words = f"{done} step{'' if done == 1 else 's'} done" if done else ""
    more = f"{skipped} skipped" if skipped else ""
    return ", ".join(part for part in (words, more) if part) or "nothing ticked yet"
