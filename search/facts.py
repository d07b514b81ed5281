"""What a result row shows beside its title, stored with the document when it is indexed, so that
a page of results reads nothing else."""

from __future__ import annotations

from typing import TypedDict


class Facts(TypedDict, total=False):
    """As JSON. Each kind has its own; what is not recorded is left out."""

    # Incidents, and action items of theirs.
    severity: str
    status: str  # of an action item its own
    occurred: str  # the day as pages show it, in the incident's zone and precision
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
