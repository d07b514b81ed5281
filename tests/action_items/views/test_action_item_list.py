"""The list of action items: filters, order and groups."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from action_items.views.rows import rows, rows_of
from tests.factories import (
    ActionItemFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    ServiceFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
HTMX = {"HTTP_HX_REQUEST": "true"}


def body(response) -> str:
    return response.content.decode()


@pytest.fixture
def three(ben):
    """Create an alert for the checkout, due tomorrow; a rehearsal of Payments; an unassigned
    item.
    """
    today = timezone.localdate()
    shop = ServiceFactory(name="Checkout", slug="checkout")
    expired = PatternFactory(name="Expired", slug="expired")
    first, second = IncidentFactory(number=990071), IncidentFactory(number=990072)
    first.services.add(shop)
    PatternLinkFactory(incident=first, pattern=expired)
    team = TeamFactory(name="Payments", slug="payments")
    ActionItemFactory(
        title="Alert on expiry",
        incident=first,
        owner=ben,
        due_on=today + DAY,
        kind="detect",
        priority="P0",
    )
    ActionItemFactory(
        title="Rehearse it",
        incident=second,
        owner_team=team,
        due_on=today + 30 * DAY,
        kind="process",
        status="blocked",
    )
    ActionItemFactory(title="Loose end", incident=second, kind="repair", priority="P3")


TITLES = ("Alert on expiry", "Rehearse it", "Loose end")


def shown(response) -> set[str]:
    page = body(response)
    return {title for title in TITLES if title in page}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", set(TITLES)),
        ("priority=P0&priority=P3", {"Alert on expiry", "Loose end"}),
        ("kind=process", {"Rehearse it"}),
        ("status=blocked", {"Rehearse it"}),
        ("due=week", {"Alert on expiry"}),
        ("due=later&due=none", {"Rehearse it", "Loose end"}),
        ("due=overdue", set()),
        ("service=checkout", {"Alert on expiry"}),
        ("pattern=expired", {"Alert on expiry"}),
        ("pattern=expired&kind=process", set()),
        ("incident=inc-990072", {"Rehearse it", "Loose end"}),
        ("owner=ben", {"Alert on expiry"}),
        ("owner=nobody", {"Loose end"}),
        ("team=payments", {"Rehearse it"}),
        ("q=EXPIRY", {"Alert on expiry"}),
        ("q=100%25", set()),
    ],
)
def test_the_address_filters_the_list(ana, signed_in, three, query, expected):
    assert shown(signed_in(ana).get(f"/action-items/?scope=all&{query}")) == expected


def test_days_filter_the_list(ana, signed_in, three):
    tomorrow = (timezone.localdate() + DAY).isoformat()
    client = signed_in(ana)

    assert shown(client.get(f"/action-items/?until={tomorrow}")) == {"Alert on expiry"}
    later = (timezone.localdate() + 2 * DAY).isoformat()
    assert shown(client.get(f"/action-items/?scope=all&since={later}")) == {"Rehearse it"}


def test_a_team_filter_includes_items_of_its_members(ana, ben, signed_in, three):
    TeamFactory(name="Shop", slug="shop").members.add(ben)

    found = shown(signed_in(ana).get("/action-items/?scope=all&team=shop"))

    assert found == {"Alert on expiry"}


def test_active_filters_are_listed_and_can_be_removed(ana, signed_in, three):
    page = body(
        signed_in(ana).get("/action-items/?scope=all&priority=P0&owner=ben&incident=INC-990071")
    )

    for words in ("P0", "Owned by Ben Builder", "After INC-990071"):
        assert f'<li class="chip is-filter">{words} ' in page
    assert 'href="?scope=all&amp;priority=P0&amp;incident=INC-990071"' in page
    assert "1 action item<" in page


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("priority=P9", "There is no priority “P9”."),
        ("owner=zoe", "There is no owner “zoe”."),
        ("incident=INC-999", "There is no incident “INC-999”."),
        ("since=soon", "“soon” is not a date"),
        ("since=2026-03-02&until=2026-03-01", "The period ends before it begins."),
    ],
)
def test_invalid_filters_are_ignored_and_explained(ana, signed_in, three, query, told):
    answer = signed_in(ana).get(f"/action-items/?scope=all&{query}")

    assert told in body(answer)
    assert shown(answer) == set(TITLES)


@pytest.mark.parametrize("kind", ["owner", "incident"])
@pytest.mark.parametrize("page", ["/action-items/", "/action-items/export/"])
def test_a_name_with_a_nul_character_matches_nobody(ana, signed_in, three, page, kind):
    assert signed_in(ana).get(page, {kind: "\0"}).status_code == 200


def test_a_restricted_incident_is_like_one_that_does_not_exist(vera, signed_in):
    secret = IncidentFactory(number=990073, visibility="restricted")
    ActionItemFactory(incident=secret, title="Hush")

    page = body(signed_in(vera).get("/action-items/?scope=all&incident=INC-990073"))

    assert "There is no incident “INC-990073”." in page
    assert "Hush" not in page


@pytest.mark.parametrize(
    ("group", "headings"),
    [
        ("incident", ["INC-990072 ", "INC-990071 "]),
        ("owner", ["Ben Builder", "Payments", "Unassigned"]),
        ("due", ["Within a week", "Later", "No date"]),
    ],
)
def test_rows_are_grouped_under_headings(ana, signed_in, three, group, headings):
    page = body(signed_in(ana).get(f"/action-items/?scope=all&group={group}"))

    places = [page.index(f'<h2 class="card-title">{heading}') for heading in headings]
    assert places == sorted(places)
    assert page.count('<h2 class="card-title">') == len(headings)


@pytest.mark.parametrize(
    ("sort", "first"),
    [("due", "Alert on expiry"), ("newest", "Loose end"), ("priority", "Alert on expiry")],
)
def test_the_order_is_in_the_address(ana, signed_in, three, sort, first):
    page = body(signed_in(ana).get(f"/action-items/?scope=all&sort={sort}"))

    assert min(TITLES, key=page.index) == first


def test_the_item_closed_last_comes_first(ana, signed_in):
    now = timezone.now()
    for title, days in (("Older", 3), ("Newer", 1)):
        ActionItemFactory(
            title=title, status="done", closing_note="So.", closed_at=now - days * DAY
        )

    page = body(signed_in(ana).get("/action-items/?scope=all&status=done"))

    assert page.index("Newer") < page.index("Older")


def test_a_person_without_items_sees_those_of_everybody(ana, signed_in, three):
    assert shown(signed_in(ana).get("/action-items/")) == set(TITLES)


def test_the_last_chosen_view_is_remembered(ana, signed_in, three):
    client = signed_in(ana)

    client.get("/action-items/?view=board")
    again = body(client.get("/action-items/?scope=all"))
    table = body(client.get("/action-items/?scope=all&view=table"))

    assert 'class="board"' in again
    assert 'class="board"' not in table


def test_htmx_gets_only_the_results(ana, signed_in, three):
    answer = signed_in(ana).get("/action-items/?scope=all&kind=process", **HTMX)

    assert "<html" not in body(answer)
    assert answer["HX-Retarget"] == "#action-item-results"
    assert shown(answer) == {"Rehearse it"}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("scope=mine", "You have nothing open"),
        ("scope=teams", "No open action items in your teams"),
        ("scope=all", "No open action items"),
        ("scope=all&priority=P0", "Nothing matches these filters"),
    ],
)
def test_an_empty_list_explains_why_and_what_to_do(ana, signed_in, query, said):
    assert said in body(signed_in(ana).get(f"/action-items/?{query}"))


@pytest.mark.parametrize(
    "query", ["", "&service=checkout&pattern=expired&incident=INC-990071&owner=ben", "&view=board"]
)
def test_the_list_takes_as_many_queries_for_three_rows_as_for_one(ana, signed_in, three, query):
    client = signed_in(ana)
    link = PatternLinkFactory()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/action-items/?scope=all{query}")
        return len(captured)

    one = queries()
    for _ in range(2):
        ActionItemFactory(incident=link.incident, owner=UserFactory())

    assert queries() == one
    assert one <= 20


def test_selecting_needs_permission_to_change(vera, ana, signed_in, three):
    page = body(signed_in(vera).get("/action-items/?scope=all"))
    mine = ActionItemFactory(owner=vera, title="Vera’s own")
    again = body(signed_in(vera).get("/action-items/?scope=all"))

    assert 'name="item"' not in page
    assert again.count('name="item"') == 1
    assert f'value="{mine.pk}"' in again


def test_search_words_are_matched_literally(ana, signed_in):
    ActionItemFactory(title="Use 100% of it")
    ActionItemFactory(title="Use 100 of it")

    page = body(signed_in(ana).get(f"/action-items/?scope=all&q={quote('100%')}"))

    assert "Use 100% of it" in page
    assert "Use 100 of it" not in page


def test_rows_show_owners_and_depend_on_the_reader(ana, omar, vera):
    team, pattern = TeamFactory(name="Payments"), PatternFactory(name="Disk full")
    incident = IncidentFactory(visibility="restricted", owner=ana)
    PatternLinkFactory(incident=incident, pattern=pattern)
    items = [
        ActionItemFactory(incident=incident, owner=ana),
        ActionItemFactory(incident=incident, owner_team=team),
        ActionItemFactory(incident=incident, owner_as_written="The night shift"),
    ]
    pks = [item.pk for item in reversed(items)]
    today = timezone.localdate()

    shown = {person: rows_of(pks, person, today) for person in (omar, vera, ana)}

    assert shown[omar] == shown[ana] == rows(reversed(items), ana, today)
    assert [row.owner for row in shown[ana]] == ["The night shift", "Payments", "Ana Author"]
    assert [row.pattern and row.pattern.name for row in shown[ana]] == ["Disk full"] * 3
    assert shown[vera] == []
