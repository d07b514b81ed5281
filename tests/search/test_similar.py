"""Similar incidents: found, explained, decided about, and never telling what one may not see."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from core.errors import DomainError
from incidents.models import CauseRole
from incidents.operations import incidents
from search.likeness import keeping, reasons, verdicts
from search.likeness.similar import similar_to
from search.models import Portrait, Posting, Resemblance, TermCount
from tests.factories import (
    NOON,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    RootCauseFactory,
    SectionFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db

CALICO = "Calico hid the namespaces from the ingress controller after the CRD was installed."


def written(title="Ingress broke", body=CALICO, **fields):
    """An incident with a summary, as the background work has read it."""
    incident = IncidentFactory(title=title, **fields)
    SectionFactory(incident=incident, kind="summary", title="Summary", body=body)
    keeping.read_incidents([incident.pk], at=NOON)
    return incident


def found_for(incident, user):
    return [one.reference for one in similar_to(incident, user).similar]


def test_two_that_mention_the_same_unusual_words_are_similar_and_say_which(vera):
    one, other = written(), written("Routes vanished")
    written("Disk was full", "The disk of the registry was full, so uploads were refused.")

    [found] = similar_to(one, vera).similar

    assert found.reference == other.reference
    assert {"Calico", "ingress", "CRD"} <= set(found.words)
    assert "mention" in reasons.sentence(found)


def test_nothing_is_said_where_nothing_is_alike(vera):
    one = written()
    written("Disk was full", "The disk of the registry was full, so uploads were refused.")
    written("An outage", "We had an outage. The service was down and the team fixed the issue.")

    assert similar_to(one, vera).similar == ()


def test_plain_words_alone_make_nothing_similar(vera):
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
    keeping.catch_up(at=NOON)

    [found] = similar_to(one, vera).similar

    assert found.services == ("checkout",)
    assert found.patterns == ("Disk full",)


def test_words_of_the_causes_are_named_as_such(vera):
    one, other = IncidentFactory(title="First"), IncidentFactory(title="Second")
    for incident in (one, other):
        RootCauseFactory(
            incident=incident, role=CauseRole.ROOT, text="The kubelet certificate of etcd expired."
        )
    keeping.catch_up(at=NOON)

    [found] = similar_to(one, vera).similar

    assert "etcd" in found.of_causes
    assert "causes of both mention" in reasons.sentence(found).lower()


def test_the_same_question_has_the_same_answer(vera):
    one = written()
    for number in range(8):
        written(f"Routes vanished {number}")
    keeping.learn_everything(at=NOON)

    first = similar_to(one, vera)
    keeping.learn_everything(at=NOON)

    assert similar_to(one, vera) == first
    assert len(first.similar) == 5


def test_an_incident_that_changed_since_is_read_as_it_is_now(vera, ana):
    one, _other = written(), written("Routes vanished")
    other_section = one.sections.get()
    other_section.body = "The disk of the registry was full, so uploads were refused."
    other_section.save()
    one.updated_at = NOON.replace(hour=13)
    one.save()

    assert found_for(one, vera) == []


# --- who may see what ----------------------------------------------------------------------------


def test_a_restricted_incident_appears_to_those_who_may_see_it(vera, ana, omar):
    one = written()
    hidden = written("Routes vanished", visibility="restricted", owner=ana)

    assert found_for(one, vera) == []
    assert found_for(one, ana) == found_for(one, omar) == [hidden.reference]


def test_restricted_incidents_change_nothing_for_the_others(vera, ana):
    one, _ = written(), written("Routes vanished")
    keeping.learn_everything(at=NOON)
    before = similar_to(one, vera)

    for number in range(30):
        written(f"Secret {number}", visibility="restricted", owner=ana)
    keeping.learn_everything(at=NOON)

    assert similar_to(one, vera) == before
    assert TermCount.objects.get(term="").documents == 2


def test_an_incident_that_becomes_restricted_disappears_at_once(vera, ana):
    one, other = written(), written("Routes vanished", owner=ana)
    other.visibility = "restricted"
    other.save()

    assert found_for(one, vera) == []


def test_an_archived_incident_is_forgotten(vera, rita):
    one, other = written(), written("Routes vanished")
    incidents.archive(other, by=rita, at=NOON)
    keeping.read_incidents([other.pk], at=NOON)

    assert found_for(one, vera) == []
    assert not Portrait.objects.filter(incident=other).exists()
    assert not Posting.objects.filter(incident=other).exists()


# --- decisions -----------------------------------------------------------------------------------


def test_what_was_confirmed_stands_first_for_everyone(vera, ana):
    one = written()
    near = written("Routes vanished")
    far = written("Disk was full", "The disk of the registry was full, so uploads were refused.")

    verdicts.decide(one, far, "same", by=ana, at=NOON)

    assert found_for(one, vera) == [far.reference, near.reference]
    assert found_for(far, vera) == [one.reference]
    said = Resemblance.objects.get()
    assert (said.decided_by, said.decided_at) == (ana, NOON)


def test_what_was_dismissed_vanishes_and_can_be_seen_again(vera, ana):
    one, other = written(), written("Routes vanished")

    verdicts.decide(other, one, "different", by=ana, at=NOON)

    found = similar_to(one, vera)
    assert found.similar == ()
    assert [shown.reference for shown in found.dismissed] == [other.reference]
    verdicts.take_back(one, other, by=ana)
    assert found_for(one, vera) == [other.reference]


def test_who_says_so_last_is_right_and_a_pair_is_decided_once(ana, ben):
    one, other = written(), written("Routes vanished")

    verdicts.decide(one, other, "same", by=ana, at=NOON)
    verdicts.decide(one, other, "same", by=ben, at=NOON)
    verdicts.decide(other, one, "different", by=ben, at=NOON)

    [said] = Resemblance.objects.all()
    assert (said.verdict, said.decided_by) == ("different", ben)


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_decide_once(ana, ben):
    one, other = written(), written("Routes vanished")
    start = threading.Barrier(2)

    def decide(pair, verdict, person):
        start.wait()
        try:
            verdicts.decide(*pair, verdict, by=person, at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as at_once:
        first = at_once.submit(decide, (one, other), "same", ana)
        second = at_once.submit(decide, (other, one), "different", ben)
        first.result()
        second.result()

    assert Resemblance.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_read_at_once_keep_one_portrait():
    incident = written()
    start = threading.Barrier(2)

    def read(_):
        start.wait()
        try:
            keeping.read_incidents([incident.pk], at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as at_once:
        list(at_once.map(read, range(2)))

    known = Portrait.objects.get(incident=incident)
    assert Posting.objects.filter(incident=incident).count() == len(known.terms)


def test_readers_decide_nothing(vera):
    one, other = written(), written("Routes vanished")

    with pytest.raises(PermissionDenied):
        verdicts.decide(one, other, "same", by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        verdicts.take_back(one, other, by=vera)


@pytest.mark.parametrize("verdict", ["", "perhaps"])
def test_there_are_two_verdicts(ana, verdict):
    with pytest.raises(DomainError):
        verdicts.decide(written(), written(), verdict, by=ana, at=NOON)


def test_an_incident_is_not_compared_with_itself(ana):
    one = written()

    with pytest.raises(DomainError):
        verdicts.decide(one, one, "same", by=ana, at=NOON)


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("others", [1, 3])
def test_the_page_names_each_with_its_reasons_in_few_queries(
    ana, signed_in, django_assert_max_num_queries, others
):
    one = written()
    for number in range(others):
        written(f"Routes vanished {number}")
    client = signed_in(ana)
    address = reverse("incident_similar", args=[one.reference])
    client.get(address)

    with django_assert_max_num_queries(12):
        page = client.get(address).content.decode()

    assert page.count("likeness-row") == others
    assert "Calico" in page


def test_a_decision_is_told_and_can_be_undone(ana, signed_in):
    one, other = written(), written("Routes vanished")
    client = signed_in(ana)
    address = reverse("incident_similar_decide", args=[one.reference])
    asked = {"other": other.reference, "verdict": "different"}

    panel = client.post(address, asked, headers={"HX-Request": "true"}).content.decode()

    assert "put aside" in panel
    assert 'value="undecided"' in panel
    client.post(address, asked | {"verdict": "undecided"})
    assert not Resemblance.objects.exists()


def test_confirming_offers_the_pattern_of_the_other(ana, signed_in):
    one, other = written(), written("Routes vanished")
    PatternLinkFactory(incident=other, pattern=PatternFactory(name="Two network plugins"))

    panel = signed_in(ana).post(
        reverse("incident_similar_decide", args=[one.reference]),
        {"other": other.reference, "verdict": "same"},
        headers={"HX-Request": "true"},
    )

    assert f"Link {one.reference} to the pattern “Two network plugins”" in panel.content.decode()


def test_what_one_may_not_see_cannot_be_decided_about(ben, ana, signed_in):
    one = written()
    hidden = written("Routes vanished", visibility="restricted", owner=ana)
    address = reverse("incident_similar_decide", args=[one.reference])
    client = signed_in(ben)

    there = client.post(address, {"other": hidden.reference, "verdict": "same"})
    nowhere = client.post(address, {"other": "INC-999999", "verdict": "same"})

    assert there.status_code == nowhere.status_code == 404


def test_what_is_being_typed_finds_what_looks_like_it(ana, signed_in):
    known = written()
    client, address = signed_in(ana), reverse("similar_while_writing")

    panel = client.post(address, {"title": "Calico again", "body": "The ingress lost its CRD."})
    nothing = client.post(address, {"title": "Calico"})

    assert known.reference in panel.content.decode()
    assert nothing.content.decode().strip() == ""


def test_what_belongs_to_an_incident_is_not_compared_with_itself(ana, signed_in):
    known, other = written(), written("Routes vanished")

    panel = signed_in(ana).post(
        reverse("similar_while_writing"), {"body": CALICO, "of": known.reference}
    )

    assert other.get_absolute_url() in panel.content.decode()
    assert known.get_absolute_url() not in panel.content.decode()


@pytest.mark.parametrize(
    "text", ["word ", "x", ". ", "(" * 50 + "a.b-c/d:e ", "\u202eabc 😀 ", "[]("]
)
def test_hostile_text_is_answered_in_bounded_time(ana, signed_in, text):
    client = signed_in(ana)
    began = time.monotonic()

    answer = client.post(
        reverse("similar_while_writing"), {"title": "x" * 300, "body": (text * 200_000)[:200_000]}
    )

    assert answer.status_code == 200
    assert time.monotonic() - began < 5


# --- commands ------------------------------------------------------------------------------------


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_what_the_page_shows(ana):
    one, other = written(), written("Routes vanished")

    [found] = json.loads(run("similar", one.reference, "--json"))

    assert found["reference"] == other.reference
    assert found["title"] == "Routes vanished"
    assert found["score"] > 0
    assert any("Calico" in reason for reason in found["reasons"])
    assert other.reference in run("similar", one.reference, "--as", "ana")


def test_the_command_sees_with_the_eyes_of_the_person(ana):
    one = written()
    written("Routes vanished", visibility="restricted", owner=ana)

    assert json.loads(run("similar", one.reference, "--json")) == []
    assert len(json.loads(run("similar", one.reference, "--json", "--as", "ana"))) == 1


@pytest.mark.parametrize("arguments", [["INC-999999"], ["nonsense"], ["INC-1", "--as", "nobody"]])
def test_the_command_says_what_it_could_not_find(arguments):
    with pytest.raises(CommandError, match=r"INC-999999|nonsense|nobody"):
        run("similar", *arguments)


# --- administration ------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["portrait", "lesson", "resemblance"])
def test_what_was_read_or_said_is_looked_at_and_not_written(omar, ana, signed_in, model):
    one, other = written(), written("Routes vanished")
    PatternLinkFactory(incident=one)
    keeping.learn_everything(at=NOON)
    said = verdicts.decide(one, other, "same", by=ana, at=NOON)
    row = {"portrait": one, "lesson": one.pattern_links.get().pattern, "resemblance": said}[model]
    client = signed_in(omar)

    listed = client.get(reverse(f"admin:search_{model}_changelist"), {"q": "INC"})
    page = client.get(reverse(f"admin:search_{model}_change", args=[row.pk]))

    assert listed.status_code == page.status_code == 200
    assert client.get(reverse(f"admin:search_{model}_add")).status_code == 403
    assert client.post(page.request["PATH_INFO"], {"verdict": "different"}).status_code == 403
