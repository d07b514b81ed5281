"""Refinements on the search page: chips, exclusions, facets and periods."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import (
    NOON,
    IncidentFactory,
    PlaybookFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db

PAGE = reverse("search_results")
PAGE = reverse("search_results")
FACETS = reverse("search_facets")


def page(client, **query):
    return client.get(PAGE, query).content.decode()


def test_filters_from_the_box_become_chips_and_the_box_keeps_the_words(signed_in, vera, index):
    service = ServiceFactory(name="Check-out", slug="checkout")
    wanted = IncidentFactory(title="Proxy lost", severity="SEV1")
    wanted.services.add(service)
    index(wanted, IncidentFactory(title="Proxy slow", severity="SEV1"))

    answer = signed_in(vera).get(PAGE, {"q": "proxy service:check-out severity:sev1"})

    assert [row.url for row in answer.context["rows"]] == [wanted.get_absolute_url()]
    assert [chip.text for chip in answer.context["chips"]] == ["SEV1", "Service: Check-out"]
    shown = answer.content.decode()
    assert 'name="q" value="proxy"' in shown
    assert '<input type="hidden" form="search-form" name="service" value="checkout">' in shown


def test_a_chip_is_removed_by_one_link(signed_in, vera, index):
    index(IncidentFactory(title="Proxy", severity="SEV1"))
    client = signed_in(vera)
    [severity, since] = client.get(PAGE, {"q": "proxy severity:sev2 since:2020"}).context["chips"]

    assert severity.remove == "/search/?q=proxy&since=2020"
    assert since.remove == "/search/?q=proxy&severity=SEV2"
    assert client.get("/search/?q=proxy&severity=SEV1").context["results"].total == 1


def test_an_exclusion_is_a_chip_and_can_be_undone_in_the_facets(signed_in, vera, index):
    checkout = IncidentFactory(title="Proxy of the shop")
    checkout.services.add(ServiceFactory(name="Check-out", slug="checkout"))
    other = IncidentFactory(title="Proxy of the office")
    playbook = PlaybookFactory(title="Proxy playbook")
    index(checkout, other, playbook)
    client = signed_in(vera)

    answer = client.get(PAGE, {"q": "proxy -service:check-out"})

    urls = {row.url for row in answer.context["rows"]}
    assert urls == {other.get_absolute_url(), playbook.get_absolute_url()}
    [chip] = answer.context["chips"]
    assert (chip.text, chip.remove) == ("not service Check-out", "/search/?q=proxy")
    facets = client.get(FACETS, {"q": "proxy", "-service": "checkout"})
    [service] = [g for g in facets.context["groups"] if g.name == "Service"]
    [link] = service.links
    assert (link.count, link.chosen, link.excluded) == ("1", False, True)
    assert link.without_url == "/search/?q=proxy"
    assert link.url == "/search/?q=proxy&service=checkout"


def test_an_exclusion_alone_is_a_search(signed_in, vera, index):
    severe, lesser = IncidentFactory(severity="SEV1"), IncidentFactory(severity="SEV5")
    index(severe, lesser, PlaybookFactory())

    answer = signed_in(vera).get(PAGE, {"q": "-severity:sev1 -kind:playbook"})

    assert [row.url for row in answer.context["rows"]] == [lesser.get_absolute_url()]
    assert [chip.text for chip in answer.context["chips"]] == ["not Playbooks", "not SEV1"]


def test_a_query_of_exclusions_only_is_reported(signed_in, vera, index):
    index(IncidentFactory(title="Proxy"))

    answer = signed_in(vera).get(PAGE, {"q": "-proxy -dns"})

    [notice] = answer.context["notices"]
    assert notice.text == "This query only excludes. Add something to search for."
    assert not answer.context["rows"]


def test_excluding_a_service_of_restricted_incidents_only_is_searched_as_words(
    signed_in, vera, ana, index
):
    secret = IncidentFactory(title="Proxy", visibility="restricted", owner=ana)
    secret.services.add(ServiceFactory(name="Project Hush", slug="hush"))
    index(secret, IncidentFactory(title="Proxy"))

    known = signed_in(vera).get(PAGE, {"q": "proxy -service:hush"})
    unknown = signed_in(vera).get(PAGE, {"q": "proxy -service:rush"})

    assert [chip.text for chip in known.context["chips"]] == []
    assert known.context["results"].total == unknown.context["results"].total == 1


def test_filters_alone_are_a_search_newest_first(signed_in, vera, index):
    old = IncidentFactory(title="Old", occurred_at=NOON, occurred_precision="day")
    new = IncidentFactory(title="New", occurred_at=NOON.replace(month=5), occurred_precision="day")
    index(old, new, IncidentFactory(title="Lesser", severity="SEV5"))

    answer = signed_in(vera).get(PAGE, {"q": "severity:unknown kind:incident"})

    assert [row.url for row in answer.context["rows"]] == [
        new.get_absolute_url(),
        old.get_absolute_url(),
    ]
    assert [sort.label for sort in answer.context["sorts"]] == ["Newest", "Oldest"]
    oldest = signed_in(vera).get(answer.context["sorts"][1].url)
    assert [row.url for row in oldest.context["rows"]] == [
        old.get_absolute_url(),
        new.get_absolute_url(),
    ]


def test_an_unknown_filter_is_reported_and_corrected_with_one_tap(signed_in, vera, index):
    incident = IncidentFactory(title="Proxy")
    incident.services.add(ServiceFactory(name="Check-out", slug="checkout"))
    index(incident)

    answer = signed_in(vera).get(PAGE, {"q": "proxy service:chekout"})

    [notice] = answer.context["notices"]
    assert notice.text == "No service is called “chekout”. It was searched as words."
    assert (notice.suggestion, notice.url) == ("Check-out", "/search/?q=proxy&service=checkout")


def test_each_facet_is_counted_without_its_own_choice(signed_in, vera, index):
    service = ServiceFactory(name="Check-out", slug="checkout")
    for severity in ("SEV1", "SEV1", "SEV2"):
        incident = IncidentFactory(title="Proxy", severity=severity)
        incident.services.add(service)
        index(incident)
    index(PlaybookFactory(title="Proxy playbook"))

    answer = signed_in(vera).get(FACETS, {"q": "proxy severity:sev1"})

    groups = {group.name: group.links for group in answer.context["groups"]}
    assert [(link.label, link.count, link.chosen) for link in groups["Severity"]] == [
        ("SEV1", "2", True),
        ("SEV2", "1", False),
    ]
    assert [(link.label, link.count) for link in groups["Kind"]] == [
        ("Incidents", "2"),
        ("Action items", "0"),
        ("Playbooks", "0"),
        ("Patterns", "0"),
    ]
    assert [(link.label, link.count) for link in groups["Service"]] == [("Check-out", "2")]
    assert groups["Severity"][1].url == "/search/?q=proxy&severity=SEV1&severity=SEV2"


def test_periods_are_counted_from_today(signed_in, vera, index):
    now = timezone.now()
    for days in (5, 60, 1_000):
        incident = IncidentFactory(
            title="Proxy", occurred_at=now - timedelta(days=days), occurred_precision="day"
        )
        index(incident)
    index(IncidentFactory(title="Proxy of no date"))

    for query in ("proxy", "proxy since:30d"):
        answer = signed_in(vera).get(FACETS, {"q": query})

        *_, periods = answer.context["groups"]
        assert [(link.label, link.count) for link in periods.links] == [
            ("Last 30 days", "1"),
            ("Last 90 days", "2"),
            ("Last 12 months", "2"),
        ]


def test_facets_load_after_the_results_or_with_them_without_javascript(signed_in, vera, index):
    index(IncidentFactory(title="Proxy", severity="SEV1"))
    client = signed_in(vera)

    later = page(client, q="proxy")
    assert 'hx-get="/search/facets/?q=proxy"' in later
    assert "facets=1" in later
    assert "Last 30 days" not in later
    assert "Last 30 days" in page(client, q="proxy", facets="1")
