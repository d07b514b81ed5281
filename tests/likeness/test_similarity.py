"""Similar incidents: found, explained, and never revealing hidden ones."""

from __future__ import annotations

import pytest

from incidents.models import CauseRole
from incidents.operations import incidents
from likeness import index, reasons
from likeness.models import IncidentFeatures, Posting, TermCount
from likeness.similarity import similar_to
from tests.factories import (
    NOON,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    RootCauseFactory,
    ServiceFactory,
)
from tests.likeness.similarity import found_for, written

pytestmark = pytest.mark.django_db


def test_incidents_with_the_same_rare_words_are_similar_for_that_reason(vera):
    one, other = written(), written("Routes vanished")
    written("Disk was full", "The disk of the registry was full, so uploads were refused.")

    [found] = similar_to(one, vera).similar

    assert found.reference == other.reference
    assert {"Calico", "ingress", "CRD"} <= set(found.words)
    assert "mention" in reasons.sentence(found)


def test_dissimilar_incidents_are_not_listed(vera):
    one = written()
    written("Disk was full", "The disk of the registry was full, so uploads were refused.")
    written("An outage", "We had an outage. The service was down and the team fixed the issue.")

    assert similar_to(one, vera).similar == ()


def test_common_words_alone_make_nothing_similar(vera):
    plain = "The service was down for some time. The team restarted the server and it was fixed."
    one = written("An outage", plain)
    written("Another outage", plain)

    assert similar_to(one, vera).similar == ()


def test_a_service_and_a_confirmed_pattern_in_common_are_reasons(vera, ana):
    service, pattern = ServiceFactory(name="checkout"), PatternFactory(name="Disk full")
    one, other = IncidentFactory(title="One thing"), IncidentFactory(title="Quite another")
    for incident in (one, other):
        incident.services.add(service)
        PatternLinkFactory(incident=incident, pattern=pattern)
    index.catch_up(at=NOON)

    [found] = similar_to(one, vera).similar

    assert found.services == ("checkout",)
    assert found.patterns == ("Disk full",)


def test_words_of_the_causes_are_a_reason_of_their_own(vera):
    one, other = IncidentFactory(title="First"), IncidentFactory(title="Second")
    for incident in (one, other):
        RootCauseFactory(
            incident=incident, role=CauseRole.ROOT, text="The kubelet certificate of etcd expired."
        )
    index.catch_up(at=NOON)

    [found] = similar_to(one, vera).similar

    assert "etcd" in found.of_causes
    assert "causes of both mention" in reasons.sentence(found).lower()


def test_the_result_is_deterministic(vera):
    one = written()
    for number in range(8):
        written(f"Routes vanished {number}")
    index.rebuild(at=NOON)

    first = similar_to(one, vera)
    index.rebuild(at=NOON)

    assert similar_to(one, vera) == first
    assert len(first.similar) == 5


def test_a_changed_incident_is_compared_as_it_is_now(vera, ana):
    one, _other = written(), written("Routes vanished")
    other_section = one.sections.get()
    other_section.body = "The disk of the registry was full, so uploads were refused."
    other_section.save()
    one.updated_at = NOON.replace(hour=13)
    one.save()

    assert found_for(one, vera) == []


# --- who may see what ----------------------------------------------------------------------------


def test_a_restricted_incident_is_listed_for_those_who_may_see_it(vera, ana, omar):
    one = written()
    hidden = written("Routes vanished", visibility="restricted", owner=ana)

    assert found_for(one, vera) == []
    assert found_for(one, ana) == found_for(one, omar) == [hidden.reference]


def test_restricted_incidents_change_nothing_for_others(vera, ana):
    one, _ = written(), written("Routes vanished")
    index.rebuild(at=NOON)
    before = similar_to(one, vera)

    for number in range(30):
        written(f"Secret {number}", visibility="restricted", owner=ana)
    index.rebuild(at=NOON)

    assert similar_to(one, vera) == before
    assert TermCount.objects.get(term="").documents == 2


def test_an_incident_that_becomes_restricted_disappears_at_once(vera, ana):
    one, other = written(), written("Routes vanished", owner=ana)
    other.visibility = "restricted"
    other.save()

    assert found_for(one, vera) == []


def test_an_archived_incident_has_no_features(vera, rita):
    one, other = written(), written("Routes vanished")
    incidents.archive(other, by=rita, at=NOON)
    index.read_incidents([other.pk], at=NOON)

    assert found_for(one, vera) == []
    assert not IncidentFeatures.objects.filter(incident=other).exists()
    assert not Posting.objects.filter(incident=other).exists()
