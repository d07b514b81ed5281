"""The search page."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recurrence.models import PlaybookRun
from tests.factories import (
    NOON,
    ActionItemFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    PlaybookStepFactory,
    PlaybookUseFactory,
    SectionFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db

PAGE = reverse("search_results")
FACETS = reverse("search_facets")


def page(client, **query):
    return client.get(PAGE, query).content.decode()


def queries_of(client, **query):
    client.get(PAGE, query)
    with CaptureQueriesContext(connection) as captured:
        client.get(PAGE, query)
    return len(captured)


def test_search_requires_sign_in(client):
    assert client.get(PAGE, {"q": "proxy"}).status_code == 302


def test_an_empty_box_shows_examples(signed_in, vera):
    shown = page(signed_in(vera))

    assert "What is going wrong?" in shown
    assert "certificate expired" in shown


def test_results_show_their_kind_and_marked_words(signed_in, vera, index):
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


def test_a_corrected_query_is_shown_and_can_be_undone(signed_in, vera, index):
    index(IncidentFactory(title="Client certificate expired"))
    client = signed_in(vera)

    shown = page(client, q="certifcate expird")

    assert "Showing results for <strong>certificate expired</strong>" in shown
    assert "?q=certifcate+expird&amp;exact=1" in shown
    assert "Exactly as typed" in page(client, q="certifcate expird", exact="1")
    assert "No results" in page(client, q="certifcate expird", exact="1")


def test_the_playbook_is_one_tap_from_its_incident(signed_in, vera, index):
    pattern = PatternFactory()
    playbook = PlaybookFactory(title="Replace it")
    playbook.patterns.add(pattern)
    incident = IncidentFactory(title="Certificate expired")
    PatternLinkFactory(incident=incident, pattern=pattern)
    index(incident)

    address = f"{playbook.get_absolute_url()}?incident={incident.reference}"
    assert f'href="{address}"' in page(signed_in(vera), q="certificate")


def test_a_playbook_among_the_results_is_started_with_one_tap(signed_in, vera, index):
    playbook = PlaybookStepFactory().playbook
    index(playbook)
    client = signed_in(vera)
    [row] = client.get(PAGE, {"q": playbook.title}).context["rows"]

    answer = client.post(row.start_url)

    assert answer.url == PlaybookRun.objects.get(playbook=playbook).get_absolute_url()


def test_playbooks_that_helped_are_offered_first_and_those_that_did_not_last(
    signed_in, vera, index
):
    pattern = PatternFactory()
    vain, untried, helped = (PlaybookFactory(title=title) for title in ("A", "B", "C"))
    pattern.playbooks.add(vain, untried)
    incident = IncidentFactory(title="Certificate expired")
    PatternLinkFactory(incident=incident, pattern=pattern)
    PlaybookUseFactory(incident=incident, playbook=vain, outcome="did_not_help")
    PlaybookUseFactory(incident=incident, playbook=helped, outcome="helped")
    index(incident)

    [row] = signed_in(vera).get(PAGE, {"q": "certificate"}).context["rows"]

    assert re.findall(r'<a [^>]*href="([^"?]+)', row.playbooks) == [
        playbook.get_absolute_url() for playbook in (helped, untried, vain)
    ]


def test_an_empty_result_offers_playbooks_and_a_new_incident(signed_in, vera, ana, index):
    playbook = PlaybookFactory(title="Replace it")
    playbook.patterns.add(PatternFactory(name="Run out"))

    for_ana = page(signed_in(ana), q="qwertz")
    assert "Replace it" in for_ana
    assert reverse("incident_new") in for_ana
    assert "New incident</a>" not in page(signed_in(vera), q="qwertz")


def test_an_action_item_shows_its_owner_and_incident(signed_in, vera, ana, index):
    incident = IncidentFactory(number=4, title="Disk full")
    item = ActionItemFactory(
        incident=incident,
        title="Alert on the proxy",
        owner=ana,
        due_on=date(2020, 1, 1),
        status="blocked",
    )
    index(incident)

    shown = page(signed_in(vera), q="alert proxy", kind="action_item")

    assert f'href="{item.get_absolute_url()}"' in shown
    assert f'of <a href="{incident.get_absolute_url()}">INC-4 Disk full</a>' in shown
    assert "Ana Author" in shown
    assert "Blocked" in shown
    assert "days overdue" in shown


def test_while_typing_the_box_is_left_alone(signed_in, vera, index):
    index(IncidentFactory(title="Proxy", severity="SEV1"))

    answer = signed_in(vera).get(
        PAGE, {"q": "proxy severity:sev1", "kind": "incident"}, headers={"HX-Request": "true"}
    )

    shown = answer.content.decode()
    assert 'data-box="proxy severity:sev1"' in shown
    assert 'name="kind" value="incident"' in shown
    assert 'name="severity"' not in shown
    assert [chip.text for chip in answer.context["chips"]] == ["Incidents", "SEV1"]


def test_an_unknown_kind_or_page_is_ignored(signed_in, vera, index):
    index(IncidentFactory(title="Proxy"))
    answer = signed_in(vera).get(PAGE, {"q": "proxy", "kind": "x'", "page": "²"})

    assert len(answer.context["rows"]) == 1


def test_long_results_are_paginated(signed_in, vera, index):
    index(*(IncidentFactory(title=f"Proxy {n}") for n in range(23)))
    client = signed_in(vera)

    first = client.get(PAGE, {"q": "proxy"})
    second = client.get(first.context["later_url"])

    found = [row.url for answer in (first, second) for row in answer.context["rows"]]
    assert len(first.context["rows"]) == 20
    assert len(set(found)) == 23
    assert second.context["later_url"] == ""


def test_while_typing_only_the_results_are_sent(signed_in, vera, index):
    index(IncidentFactory(title="Proxy"))
    answer = signed_in(vera).get(PAGE, {"q": "prox"}, headers={"HX-Request": "true"})

    assert answer.content.decode().lstrip().startswith('<div id="search-results"')
    assert "HX-Request" in answer["Vary"]


def test_restricted_incidents_do_not_count_for_others(signed_in, vera, ana, index):
    pattern = PatternFactory(name="Zanzibar pattern")
    secret = IncidentFactory(title="Zanzibar", visibility="restricted", owner=ana)
    PatternLinkFactory(incident=secret, pattern=pattern)
    index(secret, pattern)

    for_vera = signed_in(vera).get(PAGE, {"q": "zanzibar"})

    assert [row.kind for row in for_vera.context["rows"]] == ["pattern"]
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

    # With few results, completions take one more query.
    assert queries_of(client, q=query) <= with_one <= 20


def test_facets_reveal_nothing_of_a_restricted_incident(signed_in, vera, ana, index):
    secret = IncidentFactory(
        title="Zanzibar proxy", visibility="restricted", owner=ana, severity="SEV1"
    )
    secret.services.add(ServiceFactory(name="Secret service", slug="secret"))
    index(secret, IncidentFactory(title="Proxy", severity="SEV2"))

    shown = signed_in(vera).get(FACETS, {"q": "proxy"}).content.decode()

    assert "SEV2" in shown
    assert "SEV1" not in shown
    assert "Secret service" not in shown
    assert "Secret service" in signed_in(ana).get(FACETS, {"q": "proxy"}).content.decode()


HOSTILE = {
    "10,000 characters": "x" * 10_000,
    "only operators": '& | ! ( ) <-> :* \\ \' -- ; or or - -- ""',
    "NUL": "proxy\0\0",
    "unbalanced quotes": 'proxy "no space service:"left',
    "right to left": "\u202eproxy\u202c شهادة منتهية",
    "emoji": "🔥🔥 proxy 👩‍🚒 service:🔥",
    "1,000 terms": " ".join(f"w{n}" for n in range(1_000)),
    "1,000 filters": "severity:sev1 service:x since:1 " * 1_000,
    "absurd filters": "since:99999-99 until:0000 severity:🔥 kind:'; status:\\ tag:%00",
}


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("address", [PAGE, FACETS])
def test_any_typed_text_gets_a_sensible_page(address, query, signed_in, vera, index):
    index(IncidentFactory(title="Proxy"))
    hostile = {"q": query, "page": "-1", "sort": "'", "since": "9" * 400, "kind": query[:500]}
    client = signed_in(vera)

    for asked in ({"q": query}, hostile):
        answer = client.get(address, asked)

        assert answer.status_code == 200
        assert len(answer.content) < 200_000
