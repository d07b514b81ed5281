"""Similar incidents on pages, while writing, in commands and in the administration."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from likeness import index, operations
from likeness.models import SimilarityVerdict
from tests.bounded import bounded
from tests.factories import (
    NOON,
    PatternFactory,
    PatternLinkFactory,
)
from tests.likeness.similarity import CALICO, written

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("others", [1, 3])
def test_the_page_lists_each_with_its_reasons_in_few_queries(
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


def test_a_decision_is_confirmed_on_the_page_and_can_be_undone(ana, signed_in):
    one, other = written(), written("Routes vanished")
    client = signed_in(ana)
    address = reverse("incident_similar_decide", args=[one.reference])
    asked = {"other": other.reference, "verdict": "different", "seen": "undecided"}

    panel = client.post(address, asked, headers={"HX-Request": "true"}).content.decode()

    assert "dismissed" in panel
    assert 'value="undecided"' in panel
    client.post(address, asked | {"verdict": "undecided", "seen": "different"})
    assert not SimilarityVerdict.objects.exists()


def test_a_refused_decision_is_not_reported_as_done(ana, signed_in):
    one = written()

    panel = signed_in(ana).post(
        reverse("incident_similar_decide", args=[one.reference]),
        {"other": one.reference, "verdict": "same"},
        headers={"HX-Request": "true"},
    )

    assert "marked as the same failure" not in panel.content.decode()
    assert "alert" in panel.content.decode()
    assert not SimilarityVerdict.objects.exists()


def test_confirming_offers_the_other_incidents_pattern(ana, signed_in):
    one, other = written(), written("Routes vanished")
    PatternLinkFactory(incident=other, pattern=PatternFactory(name="Two network plugins"))

    panel = signed_in(ana).post(
        reverse("incident_similar_decide", args=[one.reference]),
        {"other": other.reference, "verdict": "same", "seen": "undecided"},
        headers={"HX-Request": "true"},
    )

    assert f"Link {one.reference} to the pattern “Two network plugins”" in panel.content.decode()


def test_hidden_incidents_cannot_be_decided_about(ben, ana, signed_in):
    one = written()
    hidden = written("Routes vanished", visibility="restricted", owner=ana)
    address = reverse("incident_similar_decide", args=[one.reference])
    client = signed_in(ben)

    there = client.post(address, {"other": hidden.reference, "verdict": "same"})
    nowhere = client.post(address, {"other": "INC-999999", "verdict": "same"})

    assert there.status_code == nowhere.status_code == 404


def test_similar_incidents_are_listed_while_writing(ana, signed_in):
    known = written()
    client, address = signed_in(ana), reverse("similar_while_writing")

    panel = client.post(address, {"title": "Calico again", "body": "The ingress lost its CRD."})
    nothing = client.post(address, {"title": "Calico"})

    assert known.reference in panel.content.decode()
    assert nothing.content.decode().strip() == ""


def test_a_section_being_written_is_not_compared_with_its_own_incident(ana, signed_in):
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
    form = {"title": "x" * 300, "body": (text * 200_000)[:200_000]}

    with bounded(5):
        answer = client.post(reverse("similar_while_writing"), form)

    assert answer.status_code == 200


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


def test_the_command_lists_what_the_user_may_see(ana):
    one = written()
    written("Routes vanished", visibility="restricted", owner=ana)

    assert json.loads(run("similar", one.reference, "--json")) == []
    assert len(json.loads(run("similar", one.reference, "--json", "--as", "ana"))) == 1


@pytest.mark.parametrize("arguments", [["INC-999999"], ["nonsense"], ["INC-1", "--as", "nobody"]])
def test_the_command_reports_unknown_users_and_incidents(arguments):
    with pytest.raises(CommandError, match=r"INC-999999|nonsense|nobody"):
        run("similar", *arguments)


# --- administration ------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["incidentfeatures", "patternfeedback", "similarityverdict"])
def test_features_feedback_and_verdicts_are_read_only_in_the_administration(
    omar, ana, signed_in, model
):
    one, other = written(), written("Routes vanished")
    PatternLinkFactory(incident=one)
    index.rebuild(at=NOON)
    said = operations.decide(one, other, "same", by=ana, at=NOON)
    row = {
        "incidentfeatures": one,
        "patternfeedback": one.pattern_links.get().pattern,
        "similarityverdict": said,
    }[model]
    client = signed_in(omar)

    listed = client.get(reverse(f"admin:likeness_{model}_changelist"), {"q": "INC"})
    page = client.get(reverse(f"admin:likeness_{model}_change", args=[row.pk]))

    assert listed.status_code == page.status_code == 200
    assert client.get(reverse(f"admin:likeness_{model}_add")).status_code == 403
    assert client.post(page.request["PATH_INFO"], {"verdict": "different"}).status_code == 403


def test_panels_that_load_later_have_a_placeholder_with_a_link(ana, signed_in):
    one = written()

    page = signed_in(ana).get(one.get_absolute_url()).content.decode()

    assert page.count('class="part likeness-waiting"') == 2
    assert f'<a href="{reverse("incident_similar", args=[one.reference])}">' in page
