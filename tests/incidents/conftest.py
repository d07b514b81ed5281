"""An incident with one section of two sentences."""

from __future__ import annotations

import pytest

from incidents.operations import incidents, sections
from incidents.operations.incidents import IncidentFields
from tests.factories import NOON


@pytest.fixture
def incident(ana):
    return incidents.create(IncidentFields(title="Hub down"), by=ana, at=NOON)


@pytest.fixture
def section(incident, ana):
    body = "The pool ran dry. We restarted it."
    return sections.add(incident, title="Notes", body=body, kind="other", by=ana, at=NOON)
