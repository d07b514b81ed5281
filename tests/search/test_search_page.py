"""The search page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import (
    NOON,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    PlaybookStepFactory,
    PlaybookUseFactory,
    SectionFactory,
)

pytestmark = pytest.mark.django_db

PAGE = reverse("search_results")


def page(client, **query):
    return client.get(PAGE, query).content.decode()


def queries_of(client, **query):
    client.get(PAGE, query)
    with CaptureQueriesContext(connection) as captured:
        client.get(PAGE, query)
    return len(captured)


def test_one_must_be_signed_in(client):
    assert client.get(PAGE, {"q": "proxy"}).status_code == 302


def test_an_empty_box_shows_what_one_can_type(signed_in, vera):
    shown = page(signed_in(vera))

    assert "What is going wrong?" in shown
    assert "certificate expired" in shown


def test_results_say_what_they_are_and_are_marked(signed_in, vera, index):
    incident = IncidentFactory(
        title="Certificate <expired>",
        severity="SEV2",
        occurred_at=NOON,
        occurred_precision="minute",
    )
    index(incident)

    shown = page(signed_in(vera), q="certificate")

    assert "<mark>Certificate</mark> &lt;expired&gt;" in shown
    assert "SEV2" in shown
    assert "2 Mar 2026" in shown


def test_a_misspelt_query_says_what_it_shows_and_how_to_undo_it(signed_in, vera, index):
    index(IncidentFactory(title="Client certificate expired"))
    client = signed_in(vera)

    shown = page(client, q="certifcate expird")

    assert "Showing results for <strong>certificate expired</strong>" in shown
    assert "?q=certifcate+expird&amp;exact=1" in shown
    assert "Nothing like this" in page(client, q="certifcate expird", exact="1")


def test_the_playbook_is_one_tap_from_its_incident(signed_in, vera, index):
    pattern = PatternFactory()
    playbook = PlaybookFactory(title="Replace it")
    playbook.patterns.add(pattern)
    incident = IncidentFactory(title="Certificate expired")
    PatternLinkFactory(incident=incident, pattern=pattern)
    index(incident)

    assert f'href="{playbook.get_absolute_url()}"' in page(signed_in(vera), q="certificate")


def test_what_helped_in_an_incident_is_offered_first_and_what_did_not_last(signed_in, vera, index):
    pattern = PatternFactory()
    vain, untried, helped = (PlaybookFactory(title=title) for title in ("A", "B", "C"))
    pattern.playbooks.add(vain, untried)
    incident = IncidentFactory(title="Certificate expired")
    PatternLinkFactory(incident=incident, pattern=pattern)
    PlaybookUseFactory(incident=incident, playbook=vain, outcome="did_not_help")
    PlaybookUseFactory(incident=incident, playbook=helped, outcome="helped")
    index(incident)

    [row] = signed_in(vera).get(PAGE, {"q": "certificate"}).context["rows"]

    assert row.playbooks == [helped, untried, vain]


def test_nothing_found_offers_playbooks_and_writing_it_down(signed_in, vera, ana, index):
    playbook = PlaybookFactory(title="Replace it")
    playbook.patterns.add(PatternFactory(name="Run out"))

    for_ana = page(signed_in(ana), q="qwertz")
    assert "Replace it" in for_ana
    assert reverse("incident_new") in for_ana
    assert "Write it down" not in page(signed_in(vera), q="qwertz")


def test_kinds_are_counted_and_narrow_the_list(signed_in, vera, index):
    index(
        IncidentFactory(title="Proxy one"),
        IncidentFactory(title="Proxy two"),
        PlaybookFactory(title="Proxy playbook"),
    )
    answer = signed_in(vera).get(PAGE, {"q": "proxy", "kind": "playbook"})

    assert [row.kind for row in answer.context["rows"]] == ["playbook"]
    assert [facet["count"] for facet in answer.context["facets"]] == [3, 2, 1, 0]


def test_an_unknown_kind_or_page_is_passed_over(signed_in, vera, index):
    index(IncidentFactory(title="Proxy"))
    answer = signed_in(vera).get(PAGE, {"q": "proxy", "kind": "x'", "page": "²"})

    assert len(answer.context["rows"]) == 1


def test_more_than_a_page_is_paged(signed_in, vera, index):
    index(*(IncidentFactory(title=f"Proxy {n}") for n in range(23)))
    client = signed_in(vera)

    first = client.get(PAGE, {"q": "proxy"})
    second = client.get(first.context["later_url"])

    found = [row.url for answer in (first, second) for row in answer.context["rows"]]
    assert len(first.context["rows"]) == 20
    assert len(set(found)) == 23
    assert second.context["later_url"] == ""


def test_as_one_types_only_the_results_are_sent(signed_in, vera, index):
    index(IncidentFactory(title="Proxy"))
    answer = signed_in(vera).get(PAGE, {"q": "prox"}, headers={"HX-Request": "true"})

    assert answer.content.decode().lstrip().startswith('<div id="search-results"')
    assert "HX-Request" in answer["Vary"]


def test_restricted_incidents_count_for_nobody_else(signed_in, vera, ana, index):
    pattern = PatternFactory(name="Zanzibar pattern")
    secret = IncidentFactory(title="Zanzibar", visibility="restricted", owner=ana)
    PatternLinkFactory(incident=secret, pattern=pattern)
    index(secret, pattern)

    for_vera = signed_in(vera).get(PAGE, {"q": "zanzibar"})

    assert [row.facts for row in for_vera.context["rows"]] == [["0 incidents"]]
    assert signed_in(ana).get(PAGE, {"q": "zanzibar"}).context["results"].total == 2
    assert secret.reference not in for_vera.content.decode()


def _something_of_each_kind(index, number):
    pattern = PatternFactory(name=f"Certificate pattern {number}")
    playbook = PlaybookFactory(title=f"Certificate playbook {number}")
    PlaybookStepFactory(playbook=playbook)
    playbook.patterns.add(pattern)
    incident = IncidentFactory(title=f"Certificate expired {number}")
    SectionFactory(incident=incident, body="The certificate expired.")
    PatternLinkFactory(incident=incident, pattern=pattern)
    index(pattern, playbook, incident)


@pytest.mark.parametrize("query", ["certificate", "certifcate expird", "certifcate xyzzy", "xyzzy"])
def test_the_number_of_queries_does_not_grow_with_the_results(query, signed_in, ana, index):
    client = signed_in(ana)
    _something_of_each_kind(index, 1)
    with_one = queries_of(client, q=query)
    _something_of_each_kind(index, 2)
    _something_of_each_kind(index, 3)

    assert queries_of(client, q=query) == with_one <= 20
