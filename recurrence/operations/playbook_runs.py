"""Playbook runs: starting one, ticking off its steps, finishing it.

Everyone who may read a playbook may run it, viewers included (ADR 23): at three in the morning
nobody asks for a role. Rows are locked in the order incident, playbook, run.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.errors import DomainError, StaleWrite
from core.seen_version import version_of
from core.text import clean_markdown, one_line
from incidents import permissions
from incidents.models import Incident, Outcome, PlaybookUse
from incidents.operations import revisions
from incidents.operations.incidents import hold
from playbooks import revisions as playbook_revisions
from playbooks.archiving import PlaybookArchived
from playbooks.exchange import parse_playbook
from playbooks.models import Playbook
from recurrence.models import PlaybookRun, PlaybookTick
from recurrence.permissions import can_discard, can_run

_LONGEST_REASON = 200


class RunIsOver(DomainError):
    """A finished run, whose steps can no longer change."""


class NoSuchStep(DomainError):
    """A step number that the run's revision of the playbook does not have."""


class AlreadyRunning(DomainError):
    """An incident that already has an open run of this playbook."""


class RunChanged(StaleWrite):
    """A run in which somebody ticked or skipped steps since the person saw it."""

    def __init__(self) -> None:
        super().__init__("Somebody ticked or skipped steps since you opened this page.")


def run_version(ticks: Iterable[PlaybookTick]) -> int:
    """Return a number that changes with the ticked and skipped steps."""
    facts = sorted((tick.position, tick.is_skipped, tick.ticked_at.timestamp()) for tick in ticks)
    return version_of(*facts)


def _require_seen(held: PlaybookRun, seen: int | None) -> None:
    if seen not in (None, run_version(held.ticks.all())):
        raise RunChanged


@transaction.atomic
def start(playbook: Playbook, *, incident: Incident | None, by: User, at: datetime) -> PlaybookRun:
    """Start a run of the playbook's current revision.

    Returns an existing open run of it in the incident or, without an incident, by the same person:
    two taps and two people make one run. Raises PlaybookArchived.
    """
    _require_runner(by)
    held = hold(incident) if incident else None
    current = Playbook.objects.select_for_update().get(pk=playbook.pk)
    same = PlaybookRun.objects.open().filter(playbook=current, incident=held)
    found = (same if held else same.filter(started_by=by)).first()
    if found is not None:
        return found
    if current.is_archived:
        raise PlaybookArchived(current)
    return PlaybookRun.objects.create(
        playbook=current,
        revision=playbook_revisions.current(current),
        incident=held,
        started_at=at,
        started_by=by,
    )


@transaction.atomic
def tick(run: PlaybookRun, *, position: int, by: User, at: datetime) -> None:
    """Mark the step as done. The first person to tick it stays recorded; a skipped step becomes
    done.
    """
    held = _hold_for_step(run, position, by)
    made = {"ticked_at": at, "ticked_by": by}
    found, is_new = held.ticks.get_or_create(position=position, defaults=made)
    if not is_new and found.is_skipped:
        held.ticks.filter(pk=found.pk).update(is_skipped=False, reason="", **made)


@transaction.atomic
def skip(run: PlaybookRun, *, position: int, reason: str, by: User, at: datetime) -> None:
    """Skip the step, with an optional reason cut to 200 characters. A step that is done stays
    done.
    """
    held = _hold_for_step(run, position, by)
    why = one_line(reason)[:_LONGEST_REASON]
    made = {"is_skipped": True, "reason": why, "ticked_at": at, "ticked_by": by}
    held.ticks.get_or_create(position=position, defaults=made)


@transaction.atomic
def untick(run: PlaybookRun, *, position: int, by: User) -> None:
    """Reset the step to not done. Again changes nothing."""
    _hold_for_step(run, position, by).ticks.filter(position=position).delete()


@transaction.atomic
def finish(
    run: PlaybookRun,
    *,
    outcome: Outcome,
    note: str,
    seen: int | None = None,
    by: User,
    at: datetime,
) -> PlaybookUse:
    """Finish the run with its outcome; `note` is Markdown.

    It becomes a use of the playbook, in the run's incident if it has one. The same call by the same
    person returns the same use. Raises RunIsOver otherwise, and RunChanged if `seen` is not the
    current `run_version`.
    """
    _require_runner(by)
    held, incident = _hold_with_incident(run)
    said = clean_markdown(note)
    if held.finished_at is not None:
        use = held.use
        if use and (use.outcome, use.note, use.used_by_id) == (outcome, said, by.pk):
            return use
        raise RunIsOver("Somebody finished this run already.")
    _require_seen(held, seen)
    use = PlaybookUse.objects.create(
        incident=incident,
        playbook=held.playbook,
        outcome=outcome,
        note=said,
        used_at=at,
        used_by=by,
    )
    held.finished_at, held.finished_by, held.use = at, by, use
    held.save(update_fields=["finished_at", "finished_by", "use"])
    if incident:
        summary = f"Followed “{held.playbook}”: {Outcome(outcome).label.lower()}"
        revisions.record(incident, by=by, at=at, summary=summary)
    return use


@transaction.atomic
def attach(run: PlaybookRun, incident: Incident, *, by: User, at: datetime) -> None:
    """Attach the run to an incident. Attaching to the same one again changes nothing.

    The caller has read `incident` through `visible_to`. Raises AlreadyRunning if the incident has
    another open run of the playbook, and DomainError if the run belongs to another incident.
    """
    _require_runner(by)
    target = hold(incident)
    held = PlaybookRun.objects.select_for_update().get(pk=run.pk)
    if held.incident_id == target.pk:
        return
    if held.incident_id is not None:
        raise DomainError("This run already belongs to an incident.")
    open_there = PlaybookRun.objects.open().filter(playbook=held.playbook_id, incident=target)
    if held.is_open and open_there.exists():
        raise AlreadyRunning(f"{target.reference} has an open run of this playbook already.")
    held.incident = target
    held.save(update_fields=["incident"])
    if held.use_id is not None:
        PlaybookUse.objects.filter(pk=held.use_id).update(incident=target)
        revisions.record(target, by=by, at=at, summary=f"Attached a run of “{held.playbook}”")


@transaction.atomic
def discard(run: PlaybookRun, *, seen: int | None = None, by: User) -> None:
    """Delete an open run that was started by mistake.

    Raises RunIsOver for a finished one, and RunChanged if `seen` is not its `run_version`.
    """
    held = PlaybookRun.objects.select_for_update().get(pk=run.pk)
    permissions.require(
        can_discard(by, held),
        "Only the person who started a run, and authors, may delete it.",
    )
    if not held.is_open:
        raise RunIsOver("This run is finished, and kept.")
    _require_seen(held, seen)
    held.delete()


def _require_runner(by: User) -> None:
    permissions.require(can_run(by), "Only people with an account may run playbooks.")


def _hold_for_step(run: PlaybookRun, position: int, by: User) -> PlaybookRun:
    _require_runner(by)
    held = (
        PlaybookRun.objects.select_for_update(of=["self"]).select_related("revision").get(pk=run.pk)
    )
    if not held.is_open:
        raise RunIsOver("Somebody finished this run: its steps can no longer change.")
    if not 1 <= position <= len(parse_playbook(held.revision.content).steps):
        raise NoSuchStep("This playbook has no such step.")
    return held


def _hold_with_incident(run: PlaybookRun) -> tuple[PlaybookRun, Incident | None]:
    """Lock the incident, then the run, and return the run and its incident."""
    incident_id = PlaybookRun.objects.values_list("incident_id", flat=True).get(pk=run.pk)
    incident = hold(Incident(pk=incident_id)) if incident_id else None
    held = (
        PlaybookRun.objects.select_for_update(of=["self"])
        .select_related("playbook", "use")
        .get(pk=run.pk)
    )
    if held.incident_id != incident_id:
        raise DomainError("Somebody attached this run to an incident just now. Try again.")
    return held, incident
