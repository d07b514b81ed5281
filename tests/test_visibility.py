"""One rule decides who may know of an incident."""

import pytest
from django.contrib.auth.models import AnonymousUser

from incidents.models import Incident, IncidentRole
from tests.factories import NOON, IncidentFactory, TeamFactory, UserFactory

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


@pytest.fixture
def people(vera, ana, ben, rita, omar):
    """Six people, to whom each of the incidents is something else."""
    gone = UserFactory(is_active=False)
    team = TeamFactory()
    team.members.add(rita, gone)
    incidents = [
        IncidentFactory(visibility=visibility, owner=owner, archived_at=archived_at)
        for visibility in ("internal", "restricted")
        for owner in (None, ana, gone)
        for archived_at in (None, NOON)
    ]
    unowned, archived, owned, owned_archived, left, _ = incidents[6:]
    IncidentRole.objects.create(incident=left, user=ben, role="scribe")
    for incident in (unowned, archived):
        incident.reader_teams.add(team)
    for incident in (owned, owned_archived, left):
        incident.readers.add(vera)
    return [vera, ana, ben, rita, omar, gone]


def keys(incidents):
    return set(incidents.values_list("pk", flat=True))


def test_what_is_hidden_from_somebody_is_all_that_is_not_visible_to_them(people):
    everything = Incident.objects.all()

    for person in (*people, AnonymousUser()):
        hidden = keys(everything.hidden_from(person))
        assert hidden == keys(everything) - keys(everything.visible_to(person))
    assert len({frozenset(keys(everything.hidden_from(person))) for person in people}) == 6


def test_many_people_asked_about_at_once_see_what_each_sees_alone(
    people, django_assert_num_queries
):
    asked = list(keys(Incident.objects.all()))

    with django_assert_num_queries(2):
        found = Incident.objects.seen_by_each(dict.fromkeys(people, asked))

    assert found == {person.pk: keys(Incident.objects.visible_to(person)) for person in people}


def test_an_archived_incident_is_nobodys_but_an_administrator_can_find_it(vera, omar):
    incident = IncidentFactory(archived_at=NOON)

    assert incident not in Incident.objects.visible_to(omar)
    assert incident in Incident.objects.archived_for(omar)
    assert not Incident.objects.archived_for(vera).exists()
