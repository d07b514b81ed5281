"""Reading a whole postmortem from the database, as every save does."""

from __future__ import annotations

import pytest

from accounts.models import Team
from incidents.exchange import render_incident
from tests.factories import (
    ActionItemFactory,
    IncidentFactory,
    PatternLinkFactory,
    PlaybookUseFactory,
    RootCauseFactory,
    SectionFactory,
    ServiceFactory,
    TimelineEventFactory,
)


@pytest.mark.parametrize("count", [1, 3])
def test_reading_takes_one_round_trip_whatever_the_size(count, ana, django_assert_num_queries):
    incident = IncidentFactory(owner=ana)
    for _ in range(count):
        for factory in (SectionFactory, TimelineEventFactory, RootCauseFactory, PatternLinkFactory):
            factory(incident=incident)
        ActionItemFactory(incident=incident, owner=ana)
        PlaybookUseFactory(incident=incident, used_by=ana)
        incident.services.add(ServiceFactory())

    with django_assert_num_queries(1):
        render_incident(incident)


def test_all_named_people_are_in_the_document(ana, ben):
    incident = IncidentFactory(owner=ana, title="Named")
    incident.readers.add(ben)
    incident.reader_teams.add(Team.objects.create(name="Platform", slug="platform"))
    incident.roles.create(user=ben, role="scribe")
    incident.services.add(ServiceFactory(name="queue"))

    text = render_incident(incident)

    for lines in (
        "owner: ana\n",
        "roles:\n  scribe:\n  - ben\n",
        "readers:\n- ben\n",
        "reader_teams:\n- Platform\n",
        "services:\n- queue\n",
    ):
        assert lines in text
