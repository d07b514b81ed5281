"""Similar incidents, and a query for them."""

from __future__ import annotations

from likeness import index
from likeness.similarity import similar_to
from tests.factories import (
    NOON,
    IncidentFactory,
    SectionFactory,
)

CALICO = "Calico hid the namespaces from the ingress controller after the CRD was installed."


def written(title="Ingress broke", body=CALICO, **fields):
    """Return an incident with a summary, analyzed as by the background task."""
    incident = IncidentFactory(title=title, **fields)
    SectionFactory(incident=incident, kind="summary", title="Summary", body=body)
    index.read_incidents([incident.pk], at=NOON)
    return incident


def found_for(incident, user):
    return [one.reference for one in similar_to(incident, user).similar]
