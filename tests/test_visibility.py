"""One rule decides who may know of an incident."""

import pytest
from django.contrib.auth.models import AnonymousUser

from incidents.models import Incident, IncidentRole
from tests.factories import NOON, IncidentFactory, TeamFactory

pytestmark = pytest.mark.django_db


def test_everybody_signed_in_sees_an_internal_incident(vera):
    incident = IncidentFactory()

    assert list(Incident.objects.visible_to(vera)) == [incident]


def test_nobody_else_sees_anything():
    IncidentFactory()

    assert not Incident.objects.visible_to(AnonymousUser()).exists()


def test_a_deactivated_person_sees_nothing(vera):
    IncidentFactory()
    vera.is_active = False

    assert not Incident.objects.visible_to(vera).exists()


def test_a_restricted_incident_is_for_those_named_on_it(vera, ana, ben, rita, omar):
    incident = IncidentFactory(visibility="restricted", owner=ana)
    team = TeamFactory()
    team.members.add(rita)
    incident.reader_teams.add(team)
    IncidentRole.objects.create(incident=incident, user=ben, role="scribe")

    def sees(person):
        return incident in Incident.objects.visible_to(person)

    assert [sees(person) for person in (ana, ben, rita, omar)] == [True] * 4
    assert not sees(vera)
    incident.readers.add(vera)
    assert sees(vera)


def test_an_archived_incident_is_nobodys_but_an_administrator_can_find_it(vera, omar):
    incident = IncidentFactory(archived_at=NOON)

    assert incident not in Incident.objects.visible_to(omar)
    assert incident in Incident.objects.archived_for(omar)
    assert not Incident.objects.archived_for(vera).exists()
