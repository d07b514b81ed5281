"""Prepared queries answer as the querysets they are made of."""

import pytest

from accounts.models import Role, User
from core.prepared import Prepared, among
from incidents.models import Incident, Visibility
from tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db


@Prepared
def visible(role, user_pk, pks):
    reader = User(pk=user_pk, role=role)
    return Incident.objects.visible_to(reader).filter(among("pk", pks)).order_by("number")


@Prepared
def titles(_, reference):
    return Incident.objects.filter(reference=reference).values_list("title", "number")


def test_each_person_sees_their_own_whoever_asked_first(ana, ben, omar):
    internal = IncidentFactory()
    restricted = IncidentFactory(visibility=Visibility.RESTRICTED, owner=ana)
    pks = [internal.pk, restricted.pk]

    for person, expected in [
        (ben, [internal]),
        (ana, [internal, restricted]),
        (omar, [internal, restricted]),
        (ben, [internal]),
    ]:
        assert visible(Role(person.role), person.pk, pks) == expected


def test_a_reader_who_is_named_sees_a_restricted_incident(ana, ben, vera):
    restricted = IncidentFactory(visibility=Visibility.RESTRICTED, owner=ana)
    restricted.readers.add(vera)

    assert visible(Role(vera.role), vera.pk, [restricted.pk]) == [restricted]
    assert visible(Role(ben.role), ben.pk, [restricted.pk]) == []


def test_only_the_rows_among_the_keys_are_given(ana):
    first, second, third = IncidentFactory(), IncidentFactory(), IncidentFactory()

    assert visible(Role(ana.role), ana.pk, [third.pk, first.pk]) == [first, third]
    assert visible(Role(ana.role), ana.pk, [second.pk]) == [second]
    assert visible(Role(ana.role), ana.pk, []) == []


def test_values_are_told_apart_from_sql():
    incident = IncidentFactory(title="A title")

    assert titles(None, incident.reference) == [("A title", incident.number)]
    assert titles(None, "' OR '1'='1") == []


def test_a_query_that_its_values_would_shape_is_refused():
    by_limit = Prepared(lambda _, most: Incident.objects.all()[:most])

    with pytest.raises(ValueError, match="parameter"):
        by_limit(None, 5)


def test_one_query_is_asked_each_time(ana, django_assert_num_queries):
    incident = IncidentFactory()
    visible(Role(ana.role), ana.pk, [incident.pk])

    with django_assert_num_queries(1):
        [found] = visible(Role(ana.role), ana.pk, [incident.pk])
        assert found.title == incident.title
