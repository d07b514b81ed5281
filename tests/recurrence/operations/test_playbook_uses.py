"""Recording that a playbook was followed in an incident."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from recurrence.operations import playbook_uses
from tests.factories import NOON, IncidentFactory, PlaybookFactory, PlaybookUseFactory
from tests.recorded import records

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)


def test_uses_in_an_incident_are_recorded_with_person_and_time(ana, ben):
    incident, playbook = IncidentFactory(), PlaybookFactory(title="Renew it")

    with records(incident, "Recorded a use of “Renew it”", by=ben, at=LATER):
        use = playbook_uses.record(
            incident, playbook, outcome="helped", note="Quick.", by=ben, at=LATER
        )
    assert (use.used_by, use.used_at) == (ben, LATER)
    with records(incident, "Removed a use of “Renew it”", by=ana, at=LATER):
        playbook_uses.delete(use, by=ana, at=LATER)


def test_a_viewer_records_and_removes_no_use(vera):
    use = PlaybookUseFactory()

    with pytest.raises(PermissionDenied):
        playbook_uses.record(
            use.incident, use.playbook, outcome="helped", note="", by=vera, at=NOON
        )
    with pytest.raises(PermissionDenied):
        playbook_uses.delete(use, by=vera, at=NOON)
