"""The preview of team summaries under an unsaved policy."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Holiday
from action_items.forms.reminder_policy import typed
from action_items.reminders import ledger
from action_items.reminders.policy import Policy
from action_items.reminders.preview_teams import preview_teams
from tests.action_items.reminders.ticks import DAY, MONDAY, MONDAY_MORNING
from tests.factories import ActionItemFactory, TeamFactory

pytestmark = pytest.mark.django_db

WEDNESDAYS = replace(Policy(), weekly_on=3, hour=7)


@pytest.fixture
def payments(ana):
    team = TeamFactory(name="Payments", lead=ana)
    ActionItemFactory(owner_team=team)
    return team


def test_each_team_has_its_days_under_both_policies(payments):
    TeamFactory(name="Nothing is promised by it")
    Holiday.objects.create(on=MONDAY + 7 * DAY, team=payments, name="Payments day")

    [row], more = preview_teams(saved=Policy(), changed=WEDNESDAYS, now=MONDAY_MORNING)

    assert (row.team, str(row.zone), more) == (payments, "Europe/Dublin", 0)
    assert (row.saved.days, row.saved.hour) == ((MONDAY, MONDAY + 8 * DAY), 9)
    assert (row.changed.days, row.changed.hour) == ((MONDAY + 2 * DAY, MONDAY + 9 * DAY), 7)


def test_todays_summaries_are_left_out(payments):
    ledger.write_due(MONDAY_MORNING)

    [row], _ = preview_teams(saved=Policy(), changed=Policy(), now=MONDAY_MORNING)

    assert row.saved.days == (MONDAY + 7 * DAY,)
    assert row.is_same


def test_the_page_takes_as_many_queries_for_three_teams_as_for_one(payments, omar, signed_in):
    browser = signed_in(omar)
    asked = {k: "" if v is None else v for k, v in typed(WEDNESDAYS, 0).items()}

    def shown() -> tuple[str, int]:
        with CaptureQueriesContext(connection) as queries:
            page = browser.get("/reminders/policy/preview/", asked).content.decode()
        return page, len(queries)

    shown()
    page, one = shown()
    for name in ("Checkout", "Search"):
        ActionItemFactory(owner_team=TeamFactory(name=name, lead=omar))
    _, three = shown()

    assert "Payments" in page
    assert "Wed " in page.partition("Team summaries")[2]
    assert three == one
