"""Verdicts on two incidents: remembered for everyone, once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from core.errors import DomainError
from likeness import index, operations
from likeness.models import IncidentFeatures, Posting, SimilarityVerdict
from likeness.similarity import similar_to
from tests.factories import (
    NOON,
)
from tests.likeness.similarity import found_for, written

pytestmark = pytest.mark.django_db


def test_confirmed_incidents_come_first_for_everyone(vera, ana):
    one = written()
    near = written("Routes vanished")
    far = written("Disk was full", "The disk of the registry was full, so uploads were refused.")

    operations.decide(one, far, "same", by=ana, at=NOON)

    assert found_for(one, vera) == [far.reference, near.reference]
    assert found_for(far, vera) == [one.reference]
    said = SimilarityVerdict.objects.get()
    assert (said.decided_by, said.decided_at) == (ana, NOON)


def test_dismissed_incidents_are_hidden_and_can_be_shown_again(vera, ana):
    one, other = written(), written("Routes vanished")

    operations.decide(other, one, "different", by=ana, at=NOON)

    found = similar_to(one, vera)
    assert found.similar == ()
    assert [shown.reference for shown in found.dismissed] == [other.reference]
    operations.withdraw(one, other, by=ana)
    assert found_for(one, vera) == [other.reference]


def test_a_pair_has_one_verdict_and_the_last_one_counts(ana, ben):
    one, other = written(), written("Routes vanished")

    operations.decide(one, other, "same", by=ana, at=NOON)
    operations.decide(one, other, "same", by=ben, at=NOON)
    operations.decide(other, one, "different", by=ben, at=NOON)

    [said] = SimilarityVerdict.objects.all()
    assert (said.verdict, said.decided_by) == ("different", ben)


@pytest.mark.django_db(transaction=True)
def test_concurrent_verdicts_are_recorded_once(ana, ben):
    one, other = written(), written("Routes vanished")
    start = threading.Barrier(2)

    def decide(pair, verdict, person):
        start.wait()
        try:
            operations.decide(*pair, verdict, by=person, at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as at_once:
        first = at_once.submit(decide, (one, other), "same", ana)
        second = at_once.submit(decide, (other, one), "different", ben)
        first.result()
        second.result()

    assert SimilarityVerdict.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_analyses_store_the_features_once():
    incident = written()
    start = threading.Barrier(2)

    def read(_):
        start.wait()
        try:
            index.read_incidents([incident.pk], at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as at_once:
        list(at_once.map(read, range(2)))

    known = IncidentFeatures.objects.get(incident=incident)
    assert Posting.objects.filter(incident=incident).count() == len(known.terms)


def test_viewers_may_not_decide(vera):
    one, other = written(), written("Routes vanished")

    with pytest.raises(PermissionDenied):
        operations.decide(one, other, "same", by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        operations.withdraw(one, other, by=vera)


@pytest.mark.parametrize("verdict", ["", "perhaps"])
def test_there_are_two_verdicts(ana, verdict):
    with pytest.raises(DomainError):
        operations.decide(written(), written(), verdict, by=ana, at=NOON)


def test_an_incident_is_not_compared_with_itself(ana):
    one = written()

    with pytest.raises(DomainError):
        operations.decide(one, one, "same", by=ana, at=NOON)
