"""The incident list: filters, order, pages and visibility."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import (
    NOON,
    ActionItemFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    ServiceFactory,
    TagFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(signed_in, vera):
    """`listed(query)`: return the titles in Vera's list, in order."""
    client = signed_in(vera)

    def titles(query=""):
        response = client.get(reverse("incident_list") + query)
        assert response.status_code == 200
        return [row.title for row in response.context["page"].rows]

    return titles


def dated(title, day, **more):
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
    return IncidentFactory(title=title, occurred_at=at, occurred_precision="minute", **more)


def test_the_latest_come_first_and_undated_ones_last(listed):
    dated("old", 1)
    IncidentFactory(title="undated")
    dated("new", 9)

    assert listed() == ["new", "old", "undated"]
    assert listed("?sort=oldest") == ["old", "new", "undated"]


def test_the_worst_come_first_on_request(listed):
    dated("mild", 3, severity="SEV4")
    dated("unknown", 4)
    dated("worst", 1, severity="SEV1")

    assert listed("?sort=severity") == ["worst", "mild", "unknown"]


def test_the_mildest_come_first_on_request_and_unknown_ones_last(listed):
    dated("mild", 3, severity="SEV4")
    dated("unknown", 4)
    dated("worst", 1, severity="SEV1")

    assert listed("?sort=mildest") == ["mild", "worst", "unknown"]


def test_a_heading_sorts_and_pressed_again_sorts_the_other_way(signed_in, vera):
    dated("a", 1, severity="SEV1")
    client = signed_in(vera)

    def heading(query):
        context = client.get(reverse("incident_list") + query).context
        return [(it.url, it.direction) for it in context["headings"].values()]

    assert heading("?status=draft") == [
        ("?status=draft&sort=oldest", "descending"),
        ("?status=draft&sort=severity", ""),
        ("?status=draft&sort=resolve", ""),
    ]
    assert heading("?sort=severity")[:2] == [("?", ""), ("?sort=mildest", "descending")]


def test_the_longest_to_resolve_come_first_on_request(listed):
    for title, hours in (("short", 1), ("long", 9)):
        dated(title, 1, started_at=NOON, resolved_at=NOON + timedelta(hours=hours))
    IncidentFactory(title="unresolved")

    assert listed("?sort=resolve") == ["long", "short", "unresolved"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("?status=in_review", ["b"]),
        ("?severity=SEV1&severity=SEV2", ["b", "a"]),
        ("?environment=staging", ["b"]),
        ("?severity=SEV1&environment=staging", []),
    ],
)
def test_values_of_one_filter_are_alternatives_and_filters_combine(listed, query, titles):
    dated("a", 1, severity="SEV1", environment="production")
    dated("b", 2, severity="SEV2", environment="staging", status="in_review")

    assert listed(query) == titles


def test_filters_by_service_tag_and_pattern(listed):
    hit, _miss = dated("hit", 2), dated("miss", 1)
    hit.services.add(ServiceFactory(slug="registry"))
    hit.tags.add(TagFactory(slug="aks"))
    PatternLinkFactory(incident=hit, pattern=PatternFactory(slug="expired"))

    assert listed("?service=registry") == ["hit"]
    assert listed("?tag=aks") == ["hit"]
    assert listed("?pattern=expired") == ["hit"]


def test_a_dismissed_pattern_does_not_match(listed):
    pattern = PatternFactory(slug="expired")
    PatternLinkFactory(incident=dated("a", 1), pattern=pattern, state="dismissed")

    assert listed("?pattern=expired") == []


def test_a_period_has_two_ends_both_within_it(listed):
    dated("before", 0)
    dated("first", 1)
    dated("last", 2)
    dated("after", 3)
    IncidentFactory(title="undated")

    assert listed("?since=2026-01-02&until=2026-01-03") == ["last", "first"]


@pytest.mark.parametrize(
    "query",
    [
        "?severity=SEV9",
        "?since=soon",
        "?since=2026-02-31",
        "?sort=funniest",
        "?service=nowhere",
        "?since=2026-02-02&until=2026-01-01",
        "?period=77",
    ],
)
def test_invalid_filters_are_explained_and_ignored(signed_in, vera, query):
    dated("a", 1)

    response = signed_in(vera).get(reverse("incident_list") + query)

    assert len(response.context["filters"].ignored) == 1
    assert [row.title for row in response.context["page"].rows] == ["a"]


@pytest.mark.parametrize("page", ["0", "-1", "x", "99", "²", "1" * 400])
def test_a_missing_page_falls_back_to_an_existing_one(listed, page):
    dated("a", 1)

    assert listed(f"?page={page}") == ["a"]


def test_active_filters_are_listed_and_can_be_removed(signed_in, vera):
    IncidentFactory().services.add(ServiceFactory(slug="registry", name="Registry"))

    response = signed_in(vera).get(
        reverse("incident_list")
        + "?severity=SEV1&severity=SEV2&service=registry&since=2026-01-02&page=1"
    )

    chips = {chip.text: chip.remove for chip in response.context["chips"]}
    assert list(chips) == ["SEV1, SEV2", "Registry", "since 2 Jan 2026"]
    assert chips["Registry"] == "?severity=SEV1&severity=SEV2&since=2026-01-02"


def test_a_row_counts_closed_and_overdue_action_items(signed_in, vera):
    incident = dated("a", 1)
    ActionItemFactory(incident=incident)
    ActionItemFactory(incident=incident, due_on=date(2020, 1, 1))
    ActionItemFactory(
        incident=incident, status="done", due_on=date(2020, 1, 1), closing_note="x", closed_at=NOON
    )

    [row] = signed_in(vera).get(reverse("incident_list")).context["page"].rows

    assert (row.action_items, row.overdue) == ("1/3", 1)


def test_pages_follow_each_other_and_keep_the_filters(signed_in, vera):
    for day in range(27):
        dated(f"day {day}", day, severity="SEV1")
    client = signed_in(vera)

    first = client.get(reverse("incident_list") + "?severity=SEV1").context["page"]
    second = client.get(reverse("incident_list") + first.next).context["page"]

    assert first.count == "27"
    assert (second.first, second.last) == (26, 27)
    assert [row.title for row in second.rows] == ["day 1", "day 0"]
    assert second.next == ""


def test_htmx_gets_only_the_results(signed_in, vera):
    response = signed_in(vera).get(reverse("incident_list"), headers={"HX-Request": "true"})

    assert b"<html" not in response.content
    assert b'id="incident-results"' in response.content


def test_an_empty_list_suggests_what_to_do(signed_in, ana):
    text = signed_in(ana).get(reverse("incident_list")).content.decode()

    assert "No incidents yet" in text
    assert "Nothing matches" in signed_in(ana).get("/incidents/?severity=SEV1").content.decode()


def test_restricted_incidents_are_in_no_list_and_no_count(signed_in, vera, omar):
    secret = dated("secret", 1, visibility="restricted", severity="SEV1")
    PatternLinkFactory(incident=secret, pattern=PatternFactory(slug="expired"))

    for query in ("", "?severity=SEV1", "?pattern=expired", "?sort=resolve"):
        page = signed_in(vera).get(reverse("incident_list") + query).context["page"]
        assert (page.rows, page.count) == ([], "0")
    assert signed_in(omar).get(reverse("incident_list")).context["page"].count == "1"


def test_the_list_takes_as_many_queries_for_three_rows_as_for_one(signed_in, ana):
    client = signed_in(ana)

    def add():
        incident = dated("a", 1)
        incident.services.add(ServiceFactory())
        PatternLinkFactory(incident=incident)
        ActionItemFactory(incident=incident)

    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            add()
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("incident_list"))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 8


def test_the_archive_is_for_administrators(signed_in, vera, omar):
    incident = IncidentFactory(title="put away", archived_at=NOON)

    assert signed_in(vera).get(reverse("incident_archive_list")).status_code == 403
    text = signed_in(omar).get(reverse("incident_archive_list")).content.decode()
    assert "put away" in text
    assert reverse("incident_restore", args=[incident.reference]) in text


def test_services_and_tags_of_hidden_incidents_are_not_offered(signed_in, vera, ana):
    hers = IncidentFactory(visibility="restricted", owner=ana)
    hers.services.add(ServiceFactory(name="Project X", slug="project-x"))
    hers.tags.add(TagFactory(name="merger", slug="merger"))
    IncidentFactory().services.add(ServiceFactory(name="Checkout", slug="checkout"))

    def offered(person):
        menu = signed_in(person).get(reverse("incident_list")).context["menu"]
        return [choice.label for choice in (*menu.service, *menu.tag)]

    assert offered(vera) == ["Checkout"]
    assert offered(ana) == ["Checkout", "Project X", "merger"]


def test_filtering_by_a_hidden_label_is_like_an_unknown_one(signed_in, vera, ana):
    hers = IncidentFactory(visibility="restricted", owner=ana)
    hers.services.add(ServiceFactory(slug="project-x"))

    page = signed_in(vera).get(reverse("incident_list") + "?service=project-x")

    assert "There is no service “project-x”." in page.content.decode()


def test_a_label_that_nobody_uses_yet_is_offered_while_writing(signed_in, ben, ana):
    hers = IncidentFactory(visibility="restricted", owner=ana)
    hers.services.add(ServiceFactory(name="Project X", is_offered=False))
    ServiceFactory(name="Made for use")

    page = signed_in(ben).get(reverse("incident_new"))

    assert [service.name for service in page.context["services"]] == ["Made for use"]
