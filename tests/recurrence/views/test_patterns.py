"""Pages of patterns: frequency, fixes and playbooks."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recurrence.analytics.occurrences import MOST
from tests.factories import (
    ActionItemFactory,
    DoneActionItemFactory,
    FixCheckFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    PlaybookUseFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def expired():
    return PatternFactory(slug="expired", name="Credential expired")


def incident_of(pattern, year=None, **more):
    at = datetime(year, 3, 1, tzinfo=UTC) if year else None
    incident = IncidentFactory(
        occurred_at=at, occurred_precision="day" if at else "unknown", **more
    )
    PatternLinkFactory(incident=incident, pattern=pattern, evidence="It had expired.")
    return incident


def page_of(client, pattern):
    response = client.get(pattern.get_absolute_url())
    assert response.status_code == 200
    return response.context["page"]


def test_the_list_is_sorted_by_frequency(signed_in, vera, expired):
    PatternFactory(name="Another")
    incident_of(expired, 2024)
    ActionItemFactory(incident=incident_of(expired, 2025))

    rows = signed_in(vera).get(reverse("pattern_list")).context["rows"]

    assert [(row.name, row.incidents) for row in rows] == [
        ("Credential expired", "2 incidents"),
        ("Another", "0 incidents"),
    ]
    assert rows[0].last_seen == "last seen 1 Mar 2025"
    assert rows[0].open_items == "1 open action item"


def test_the_list_separates_patterns_with_and_without_incidents(signed_in, vera, expired):
    PatternFactory(name="Another")
    incident_of(expired, 2024)

    context = signed_in(vera).get(reverse("pattern_list")).context

    assert [row.name for row in context["met"]] == ["Credential expired"]
    assert [row.name for row in context["known"]] == ["Another"]


@pytest.mark.parametrize(
    ("typed", "names", "signal"),
    [
        ("CREDENTIAL", ["Credential expired"], ""),
        ("left  device", ["Disk full"], "No space left on device"),
        ("disk device", ["Disk full"], "No space left on device"),
        ("device credential", [], ""),
        ("<b>\0", [], ""),
    ],
)
def test_the_list_matches_all_words_typed(signed_in, vera, expired, typed, names, signal):
    PatternFactory(name="Disk full", signals=["ENOSPC", "No space left on device"])

    response = signed_in(vera).get(reverse("pattern_list"), {"q": typed})

    assert [row.name for row in response.context["rows"]] == names
    assert [row.signal for row in response.context["rows"]] == [signal] * len(names)
    assert "<b>" not in response.content.decode()


def test_htmx_gets_only_the_list_while_typing(signed_in, vera, expired):
    response = signed_in(vera).get(
        reverse("pattern_list"), {"q": "expired"}, headers={"HX-Request": "true"}
    )

    assert response.content.decode().lstrip().startswith('<div id="pattern-results">')
    assert "Credential expired" in response.content.decode()


def test_the_page_shows_its_incidents_with_the_evidence(signed_in, vera, expired):
    incident_of(expired, 2024, title="The first")
    incident_of(expired, 2025, title="The second")

    page = page_of(signed_in(vera), expired)

    assert [card.title for card in page.cards] == ["The second", "The first"]
    assert "It had expired." in page.cards[0].evidence
    assert len(page.axis.marks) == 2


@pytest.mark.parametrize(
    ("days", "precision", "words"),
    [
        ([1, 45], "day", "2 incidents, 44 days apart"),
        ([1, 45], "approximate", "2 incidents, about 44 days apart"),
        ([1, 45, 2883], "day", "3 incidents, 44 days and 8 years apart"),
        ([1, 11, 31, 200], "day", "4 incidents, typically 20 days apart"),
        ([1, 400], "day", "2 incidents, 13 months apart"),
    ],
)
def test_the_frequency_is_no_more_precise_than_the_dates(
    signed_in, vera, expired, days, precision, words
):
    for day in days:
        at = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(days=day)
        incident = IncidentFactory(occurred_at=at, occurred_precision=precision)
        PatternLinkFactory(incident=incident, pattern=expired)

    assert page_of(signed_in(vera), expired).summary == words


def test_a_recurrence_after_a_fix_is_marked_and_the_fix_is_on_the_axis(signed_in, vera, expired):
    first = incident_of(expired, 2024)
    ActionItemFactory(
        incident=first,
        title="List the certificates",
        status="done",
        closing_note="x",
        closed_at=datetime(2024, 6, 1, tzinfo=UTC),
    )
    incident_of(expired, 2025)

    page = page_of(signed_in(vera), expired)

    assert "List the certificates" in page.cards[0].fix_failed
    assert page.cards[1].fix_failed == ""
    assert [mark.is_fix for mark in page.axis.marks] == [False, False, True]
    assert [row.what for row in page.axis.rows] == ["Incident", "Action item done", "Incident"]
    assert page.axis.rows[0].note == "12 months after the one before, recurred after a fix"
    assert [mark.failed for mark in page.axis.marks] == [True, False, False]


def test_a_fix_judged_to_have_held_is_not_marked_as_failed(signed_in, vera, expired):
    fix = DoneActionItemFactory(
        incident=incident_of(expired, 2024), closed_at=datetime(2024, 6, 1, tzinfo=UTC)
    )
    again = incident_of(expired, 2025)
    FixCheckFactory(action_item=fix, incident=again, answer="held")

    page = page_of(signed_in(vera), expired)

    assert [card.fix_failed for card in page.cards] == ["", ""]


def test_a_failed_fix_is_shown_even_if_it_was_reopened(signed_in, vera, expired):
    item = ActionItemFactory(incident=incident_of(expired, 2024), title="List them")
    FixCheckFactory(action_item=item, incident=incident_of(expired, 2025), reopened=True)

    page = page_of(signed_in(vera), expired)

    assert "List them" in page.cards[0].fix_failed
    assert "it did not hold" in page.cards[0].fix_failed


def test_an_answer_given_in_a_hidden_incident_changes_nothing(signed_in, vera, expired):
    item = ActionItemFactory(incident=incident_of(expired, 2024), title="List them")
    secret = incident_of(expired, 2025, visibility="restricted")
    FixCheckFactory(action_item=item, incident=secret, note="Zanzibar")

    page = page_of(signed_in(vera), expired)

    assert page.cards[0].fix_failed == ""
    assert [mark.is_fix for mark in page.axis.marks] == [False]


def test_intervals_are_shown_between_incidents(signed_in, vera, expired):
    first = incident_of(expired, 2023)
    second = incident_of(expired, 2024)
    incident_of(expired)

    page = page_of(signed_in(vera), expired)

    assert [card.gap for card in page.cards] == [f"12 months after {first.reference}", "", ""]
    assert [gap.label for gap in page.axis.gaps] == ["12 months"]
    assert page.cards[0].reference == second.reference


def test_the_services_it_hit_are_counted(signed_in, vera, expired):
    queue, checkout = ServiceFactory(name="Queue"), ServiceFactory(name="Checkout")
    incident_of(expired, 2023).services.add(queue)
    incident_of(expired, 2024).services.add(queue, checkout)
    incident_of(expired, 2024, visibility="restricted").services.add(checkout)

    services = page_of(signed_in(vera), expired).services

    assert [(hit.name, hit.incidents) for hit in services] == [
        ("Queue", "2 incidents"),
        ("Checkout", "1 incident"),
    ]


def test_a_page_with_many_incidents_stays_small(signed_in, vera, expired):
    for number in range(MOST + 1):
        at = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(days=number)
        PatternLinkFactory(
            incident=IncidentFactory(occurred_at=at, occurred_precision="day"), pattern=expired
        )

    page = page_of(signed_in(vera), expired)

    assert (len(page.cards), len(page.axis.marks), page.more) == (25, MOST, MOST - 25)
    assert page.summary.startswith(f"more than {MOST} incidents")


def test_undated_incidents_are_listed_beside_the_axis(signed_in, vera, expired):
    incident_of(expired, title="Undated")

    page = page_of(signed_in(vera), expired)

    assert page.axis.marks == []
    assert page.undated == [(page.cards[0].reference, page.cards[0].url)]


def test_a_playbook_shows_how_often_it_helped(signed_in, vera, expired):
    playbook = PlaybookFactory(title="Renew it")
    playbook.patterns.add(expired)
    PlaybookUseFactory(playbook=playbook)
    PlaybookUseFactory(playbook=playbook, outcome="did_not_help")
    PlaybookUseFactory(playbook=playbook, incident=IncidentFactory(visibility="restricted"))

    [helped] = page_of(signed_in(vera), expired).playbooks

    assert helped.outcomes == [
        ("helped", "Helped 1 time"),
        ("did_not_help", "Did not help 1 time"),
    ]


def test_restricted_incidents_are_neither_shown_nor_counted(signed_in, vera, expired):
    secret = incident_of(expired, 2025, visibility="restricted", title="secret")
    ActionItemFactory(incident=secret, title="secret item")
    client = signed_in(vera)

    assert page_of(client, expired).cards == []
    assert "secret" not in client.get(expired.get_absolute_url()).content.decode()
    [row] = client.get(reverse("pattern_list")).context["rows"]
    assert (row.incidents, row.last_seen, row.open_items) == ("0 incidents", "", "")


def test_an_unknown_pattern_is_not_found(signed_in, vera):
    assert signed_in(vera).get("/patterns/nothing/").status_code == 404


def test_both_pages_take_as_many_queries_for_three_rows_as_for_one(signed_in, vera, expired):
    client = signed_in(vera)
    incident_of(expired, 2022)

    def add():
        incident = incident_of(expired, 2024)
        ActionItemFactory(incident=incident)
        ActionItemFactory(
            incident=incident,
            status="done",
            closing_note="x",
            closed_at=datetime(2024, 6, 1, tzinfo=UTC),
        )
        playbook = PlaybookFactory()
        playbook.patterns.add(expired)
        PlaybookUseFactory(incident=incident, playbook=playbook)
        incident_of(PatternFactory(), 2023)

    for address in (reverse("pattern_list"), expired.get_absolute_url()):
        counts = []
        for rows in (1, 2):
            for _ in range(rows):
                add()
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 15
