"""A postmortem as a file of the interchange format (docs/interchange.md)."""

from __future__ import annotations

from incidents.models import Incident


def render_incident(incident: Incident) -> str:
    """The whole postmortem as it stands in the database, as one file's text."""
    return f"---\nformat: nevertwice/incident/1\nreference: {incident.reference}\n---\n"
