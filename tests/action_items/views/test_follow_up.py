"""Follow-up: the figures for each reader, team, service and period."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents.models import ActionItemChange
from tests.factories import (
    ActionItemFactory,
    DoneActionItemFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    ServiceFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db

PAGE = "/follow-up/"
DAY = timedelta(days=1)


@pytest.fixture
def payments(ana, rita):
    """Create a team led by Ana, with Rita in it."""
    team = TeamFactory(name="Payments", slug="payments", lead=ana)
    team.members.set([ana, rita])
    return team


def test_a_lead_sees_their_teams_by_default(signed_in, payments, ana, rita, ben):
    ActionItemFactory(owner=rita)
    ActionItemFactory(owner=ben)

    hers = signed_in(ana).get(PAGE).context["numbers"]
    all_teams = signed_in(ana).get(PAGE, {"team": "all"}).context["numbers"]

    assert (hers.holders.open, all_teams.holders.open) == (1, 2)


def test_other_people_see_all_teams_and_may_choose_one(signed_in, payments, rita, ben):
    ActionItemFactory(owner=rita)
    ActionItemFactory(owner=ben)

    all_teams = signed_in(ben).get(PAGE).context["numbers"]
    theirs = signed_in(ben).get(PAGE, {"team": "payments"}).context["numbers"]

    assert (all_teams.holders.open, theirs.holders.open) == (2, 1)


def test_a_service_filters_the_figures(signed_in, vera):
    checkout = ServiceFactory(name="Checkout", slug="checkout")
    ActionItemFactory().incident.services.add(checkout)
    ActionItemFactory()

    numbers = signed_in(vera).get(PAGE, {"service": "checkout"}).context["numbers"]

    assert [(row.name, row.open) for row in numbers.services] == [("Checkout", 1)]
    assert numbers.holders.open == 1


def test_the_period_limits_what_is_counted(signed_in, vera):
    for days in (3, 40):
        DoneActionItemFactory(closed_at=timezone.now() - days * DAY)

    client = signed_in(vera)

    assert client.get(PAGE, {"period": "7"}).context["numbers"].period.done == 1
    assert client.get(PAGE, {"period": "90"}).context["numbers"].period.done == 2


def test_a_month_shows_the_share_of_dated_items_done_on_time(signed_in, vera):
    now, today = timezone.now(), timezone.localdate()
    for due_on in (today, today - DAY, None):
        DoneActionItemFactory(closed_at=now, due_on=due_on)

    page = signed_in(vera).get(PAGE).content.decode()

    this_month, *others = reversed(page.split('<th scope="row" class="text-nowrap">')[1:])
    assert "<td>3</td><td>1 of 2</td>" in this_month
    assert all("<td>none</td>" in month for month in others)


def test_invalid_filters_are_explained(signed_in, vera):
    ActionItemFactory()

    page = signed_in(vera).get(PAGE, {"team": "nowhere", "period": "soon"}).content.decode()

    assert "There is no team “nowhere”." in page
    assert "There is no period “soon”." in page


def test_without_action_items_the_page_explains_itself(signed_in, vera):
    assert "No action items here" in signed_in(vera).get(PAGE).content.decode()


def test_without_completed_items_there_is_no_empty_chart(signed_in, vera):
    ActionItemFactory()
    before = signed_in(vera).get(PAGE).content.decode()
    DoneActionItemFactory(closed_at=timezone.now())
    cache.clear()
    after = signed_in(vera).get(PAGE).content.decode()

    assert "Nothing was done in twelve months" in before
    assert 'data-follow-picture="on-time"' not in before
    assert 'data-follow-picture="on-time"' in after


def test_a_rate_without_cases_is_not_recorded(signed_in, vera):
    ActionItemFactory()

    page = signed_in(vera).get(PAGE).content.decode()

    assert "<dt" in page
    assert "not recorded" in page
    assert "0 %" not in page


def test_a_restricted_incident_leaves_no_trace_for_others(signed_in, vera, ana):
    pattern = PatternFactory(name="Secret failure")
    for _ in range(2):
        secret = IncidentFactory(
            visibility="restricted",
            owner=ana,
            occurred_at=timezone.now() - DAY,
            occurred_precision="minute",
        )
        secret.services.add(ServiceFactory(name=f"Secret service {secret.pk}"))
        PatternLinkFactory(incident=secret, pattern=pattern)
        item = ActionItemFactory(incident=secret, owner=ana, due_on=timezone.localdate() - DAY)
        DoneActionItemFactory(incident=secret, closed_at=timezone.now())
        ActionItemChange.objects.create(
            item=item, at=timezone.now(), what="snooze", after="2026-03-09"
        )

    hers = signed_in(ana).get(PAGE)
    theirs = signed_in(vera).get(PAGE)

    assert hers.context["numbers"].holders.overdue == 2
    assert [row.name for row in hers.context["numbers"].patterns] == ["Secret failure"]
    assert theirs.context["numbers"].is_empty
    assert "Secret" not in theirs.content.decode()


def test_cached_figures_are_invalidated_by_a_snooze(signed_in, vera):
    item = ActionItemFactory()
    client = signed_in(vera)
    client.get(PAGE)

    ActionItemChange.objects.create(item=item, at=timezone.now(), what="snooze", after="2026-03-09")

    assert client.get(PAGE).context["numbers"].effort.snoozes == 1


def test_the_charts_contain_the_figures_of_the_tables(signed_in, vera, payments, rita):
    ActionItemFactory(owner=rita, due_on=timezone.localdate() - DAY)
    ActionItemFactory(owner=rita)

    answer = signed_in(vera).get(PAGE)

    assert answer.context["picture"]["teams"] == {
        "names": ["Payments"],
        "overdue": [1],
        "open": [1],
    }
    page = answer.content.decode()
    table = page[page.index('id="follow-teams"') :]
    assert "Payments" in table


def test_follow_up_takes_as_many_queries_for_three_teams_as_for_one(signed_in, vera, ana):
    def make():
        team = TeamFactory(lead=ana)
        incident = IncidentFactory(occurred_at=timezone.now() - DAY, occurred_precision="minute")
        incident.services.add(ServiceFactory(team=team))
        PatternLinkFactory(incident=incident, pattern=pattern)
        ActionItemFactory(incident=incident, owner_team=team)

    def queries(person):
        client = signed_in(person)
        client.get("/inbox/")
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PAGE).status_code == 200
        return len(captured)

    pattern = PatternFactory()
    make()
    make()
    for_two = queries(ana), queries(vera)
    make()
    make()

    assert (queries(ana), queries(vera)) == for_two
    assert max(for_two) <= 26
