"""The facts that a result row shows beside its title. They are stored with the document when it is
indexed, so that a page of results reads nothing else."""

from __future__ import annotations

from typing import TypedDict


class Facts(TypedDict, total=False):
    """The facts as JSON. Each kind has its own; facts not recorded are left out."""

    # Incidents and their action items.
    severity: str
    status: str  # for an action item its own
    occurred: str  # the day as shown, in the incident's time zone and precision
    services: list[str]  # names
    restricted: bool
    # Action items.
    pk: int
    incident: str  # reference
    incident_title: str
    owner: str
    due_on: str  # 2026-03-02
    # Playbooks.
    risk: str
    steps: int
    reviewed_on: str  # 2026-03-02
