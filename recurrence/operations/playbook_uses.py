"""Recording that a playbook was followed in an incident, and its outcome."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from incidents import permissions
from incidents.models import Incident, Outcome, PlaybookUse
from incidents.operations import revisions
from incidents.operations.incidents import hold
from playbooks.models import Playbook


@transaction.atomic
def record(
    incident: Incident,
    playbook: Playbook,
    *,
    outcome: Outcome,
    note: str,
    by: User,
    at: datetime,
) -> PlaybookUse:
    """Record that `by` followed the playbook in the incident; `note` is Markdown."""
    permissions.require(permissions.can_write(by), "Only authors may record the use of a playbook.")
    held = hold(incident)
    use = PlaybookUse.objects.create(
        incident=held, playbook=playbook, outcome=outcome, note=note, used_at=at, used_by=by
    )
    revisions.record(held, by=by, at=at, summary=f"Recorded a use of “{playbook}”")
    return use


@transaction.atomic
def delete(use: PlaybookUse, *, by: User, at: datetime) -> None:
    """Delete the use of a playbook. It stays in the revisions."""
    permissions.require(permissions.can_write(by), "Only authors may change what was recorded.")
    held = hold(use.incident) if use.incident else None
    use.delete()
    if held:
        revisions.record(held, by=by, at=at, summary=f"Removed a use of “{use.playbook}”")
