"""Criteria from the search box and the URL."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role, User
from search import period
from search.criteria import Criteria, criteria_from_params, criteria_from_text
from tests.factories import IncidentFactory, PatternFactory, ServiceFactory, TagFactory, TeamFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 31)


OMAR = User(pk=0, role=Role.ADMINISTRATOR)


def typed(text: str, user: User = OMAR) -> Criteria:
    return criteria_from_text(text, user=user, today=TODAY)


def at(address: str, user: User = OMAR) -> Criteria:
    return criteria_from_params(QueryDict(address), user=user, today=TODAY)


@pytest.fixture
def labels():
    incident = IncidentFactory()
    incident.services.add(
        ServiceFactory(name="Check-out", slug="checkout"),
        ServiceFactory(name="Web front", slug="web-front"),
    )
    incident.tags.add(TagFactory(name="black friday", slug="black-friday"))
    TeamFactory(name="Payments", slug="payments")
    PatternFactory(name="Disk full", slug="disk-full")


def test_filters_are_parsed_from_the_box_and_the_words_remain(labels):
    criteria = typed(
        "certificate service:checkout expired severity:sev1 since:2025-01 until:2025-06"
    )

    assert criteria.words == "certificate expired"
    assert criteria.filters.chosen == {"severity": ("SEV1",), "service": ("checkout",)}
    assert criteria.filters.since == date(2025, 1, 1)
    assert criteria.filters.until == date(2025, 6, 30)
    assert criteria.unknown_filters == ()


@pytest.mark.parametrize(
    ("text", "facet", "values"),
    [
        ("kind:action", "kind", ("action_item",)),
        ("kind:incidents", "kind", ("incident",)),
        ("kind:runbook", "kind", ("playbook",)),
        ("SEVERITY:Sev-1", "severity", ("SEV1",)),
        ("sev:2", "severity", ("SEV2",)),
        ("severity:sev1,sev2", "severity", ("SEV1", "SEV2")),
        ("severity:sev1 severity:sev2", "severity", ("SEV1", "SEV2")),
        ("severity:unknown", "severity", ("unknown",)),
        ("status:open", "status", ("open",)),
        ("status:in-review", "status", ("in_review",)),
        ('status:"won’t do"', "status", ("wont_do",)),
        ("env:prod", "environment", ("production",)),
        ("environment:staging", "environment", ("staging",)),
        ("service:web-front", "service", ("web-front",)),
        ('service:"web front"', "service", ("web-front",)),
        ("service:CHECK-OUT", "service", ("checkout",)),
        ("team:payments", "team", ("payments",)),
        ('tag:"black friday"', "tag", ("black-friday",)),
        ("pattern:disk-full", "pattern", ("disk-full",)),
    ],
)
def test_values_can_be_given_by_name(text, facet, values, labels):
    criteria = typed(text)

    assert criteria.words == ""
    assert criteria.filters.chosen == {facet: values}


@pytest.mark.parametrize(
    "text",
    [
        "status:500",
        "service:nowhere",
        "severity:sev1,sev99",
        "since:99999-99",
        "until:2025-02-30",
        "x509: certificate has expired",
        "http://kind:8080/status",
        '"service:checkout failed"',
        "-service:payments",
        "-since:2025",
        "service:",
        'service:"checkout',
        "kind",
    ],
)
def test_an_unknown_filter_is_searched_as_words(text, labels):
    criteria = typed(text)

    assert criteria.words == text
    assert not criteria.filters


def test_an_unknown_filter_is_reported_with_a_suggestion(labels):
    chekout, status, day = typed("service:chekout status:opne since:yore").unknown_filters

    assert chekout.problem == "No service is called “chekout”."
    assert chekout.suggestion.value == "checkout"
    assert status.suggestion.value == "open"
    assert day.problem.startswith("“yore” is not a date")


def test_an_unknown_filter_is_split_into_two_terms(labels):
    assert typed("expired status:500 service:checkout").search_text == "expired status 500"


def test_a_minus_excludes_the_value_of_a_filter(labels):
    criteria = typed(
        'expired -service:checkout -severity:sev4,sev5 -tag:"Black Friday" kind:incident'
    )

    assert criteria.words == "expired"
    assert criteria.filters.chosen == {
        "kind": ("incident",),
        "-severity": ("SEV4", "SEV5"),
        "-service": ("checkout",),
        "-tag": ("black-friday",),
    }
    assert at(criteria.url().partition("?")[2]) == criteria
    assert typed(criteria.text) == criteria


def test_the_last_one_wins_between_choosing_and_excluding_a_value(labels):
    assert typed("service:checkout -service:checkout").text == "-service:checkout"
    assert at("q=service:checkout&-service=checkout").text == "service:checkout"


def test_an_unknown_exclusion_is_reported_and_corrected(labels):
    criteria = typed("expired -service:chekout")

    [unknown] = criteria.unknown_filters
    assert unknown.problem == "No service is called “chekout”."
    assert criteria.search_text == "expired -service:chekout"
    assert criteria.with_suggestion(unknown).text == "expired -service:checkout"


def test_url_parameters_mean_the_same_as_the_box(labels):
    by_click = at("q=expired&service=checkout&severity=SEV1&severity=SEV2&since=30d&sort=newest")
    by_typing = at("q=expired+service:checkout+severity:sev1,sev2+since:30d&sort=newest")

    assert by_click == by_typing
    assert by_click.filters.since == date(2026, 3, 1)
    assert by_click.sort == "newest"


def test_box_and_url_are_merged_and_a_typed_date_wins(labels):
    criteria = at("q=severity:sev2+since:2025&severity=SEV1&since=2024")

    assert criteria.filters.of("severity") == ("SEV1", "SEV2")
    assert criteria.since == "2025"


def test_a_url_leads_back_to_the_same_criteria(labels):
    criteria = at("q=a+%22b+c%22&tag=black-friday&since=3m&until=2026&sort=oldest&exact=1&page=3")

    assert at(criteria.url().partition("?")[2]) == criteria
    assert typed(criteria.text).filters == criteria.filters
    assert criteria.text == 'a "b c" tag:black-friday since:3m until:2026'


def test_adding_or_removing_a_value_returns_to_the_first_page(labels):
    criteria = at("q=a&severity=SEV1&page=3")

    assert criteria.toggled("severity", "SEV1").url() == "/search/?q=a"
    assert criteria.toggled("severity", "SEV2").url() == "/search/?q=a&severity=SEV1&severity=SEV2"
    assert criteria.in_period("30d", "", TODAY).url() == "/search/?q=a&severity=SEV1&since=30d"


@pytest.mark.parametrize(
    "address",
    ["kind=x'", "page=-1", "page=²", "sort=worst", "since=99999-99", "service=%00", "severity="],
)
def test_invalid_url_parameters_are_ignored(address):
    criteria = at("q=proxy&" + address)

    assert (criteria.words, criteria.page, criteria.sort) == ("proxy", 1, "relevance")
    assert not criteria.filters


def test_a_service_or_tag_of_restricted_incidents_alone_does_not_exist(vera, ana):
    secret = IncidentFactory(visibility="restricted", owner=ana)
    secret.services.add(ServiceFactory(name="Quokka vault", slug="quokka-vault"))
    secret.tags.add(TagFactory(name="gloamtag", slug="gloamtag"))
    text = 'service:"quokka vault" service:quokkavault tag:gloamtag'

    for_vera, for_ana = typed(text, vera), typed(text, ana)

    assert not for_vera.filters
    assert [unknown.suggestion for unknown in for_vera.unknown_filters] == [None, None, None]
    assert for_ana.filters.chosen == {"service": ("quokka-vault",), "tag": ("gloamtag",)}
    assert [unknown.suggestion.value for unknown in for_ana.unknown_filters] == ["quokka-vault"]


def test_words_alone_need_no_query():
    with CaptureQueriesContext(connection) as captured:
        typed("certificate expired severity:sev1 since:30d kind:incident")

    assert len(captured) == 0


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-1-5", date(2025, 1, 5), date(2025, 1, 5)),
        ("30d", date(2026, 3, 1), date(2026, 3, 1)),
        ("2w", date(2026, 3, 17), date(2026, 3, 17)),
        ("1m", date(2026, 2, 28), date(2026, 2, 28)),
        ("2Y", date(2024, 3, 31), date(2024, 3, 31)),
        ("yesterday", date(2026, 3, 30), date(2026, 3, 30)),
    ],
)
def test_dates_are_parsed_as_people_write_them(written, first, last):
    assert period.read(written, TODAY) == (first, last)


@pytest.mark.parametrize("written", ["", "0000", "2025-13", "9999y", "99999-99", "²025", "soon"])
def test_invalid_dates_are_rejected(written):
    assert period.read(written, TODAY) is None


@given(st.text(max_size=300), st.sampled_from(["kind", "since", "service", "status", "q"]))
def test_no_typed_text_is_an_error(text, name):
    query = QueryDict(mutable=True)
    query.setlist(name, [text, f"{name}:{text}"])
    query["q"] = f"{text} {name}:{text}"

    criteria = criteria_from_params(query, user=OMAR, today=TODAY)

    assert len(criteria.unknown_filters) <= 3
    assert criteria.url()


def test_ten_thousand_filters_are_bounded():
    criteria = typed("severity:sev1 " * 5_000 + "service:x " * 5_000)

    assert criteria.filters.of("severity") == ("SEV1",)
    assert len(criteria.words) <= 500
