"""Parts and dependencies of action items on the page of their incident."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents.models import ActionItemDependency
from tests.factories import (
    ActionItemFactory,
    DoneActionItemFactory,
    FixCheckFactory,
    IncidentFactory,
)

pytestmark = pytest.mark.django_db


def body(response) -> str:
    return response.content.decode()


def test_parts_are_listed_below_their_parent_with_a_count(ana, signed_in):
    incident = IncidentFactory()
    whole = ActionItemFactory(incident=incident, title="Everything")
    ActionItemFactory(incident=incident, title="Something else")
    ActionItemFactory(incident=incident, title="First half", parent=whole)
    DoneActionItemFactory(incident=incident, title="Second half", parent=whole)

    page = body(signed_in(ana).get(incident.get_absolute_url()))

    order = ["Everything", "First half", "Something else", "Second half"]
    places = [page.index(f">{title}</a>") for title in order]
    assert places == sorted(places)
    assert "1 of 2 parts closed" in page
    assert page.count("Part of “Everything”") == 2


def test_dependencies_are_shown_as_far_as_the_reader_may_see(ana, ben, signed_in):
    incident = IncidentFactory()
    secret = IncidentFactory(visibility="restricted", owner=ana)
    item = ActionItemFactory(incident=incident, status="blocked")
    for other in (DoneActionItemFactory(), ActionItemFactory(incident=secret)):
        ActionItemDependency.objects.create(item=item, depends_on=other)

    anas = body(signed_in(ana).get(incident.get_absolute_url()))
    bens = body(signed_in(ben).get(incident.get_absolute_url()))

    assert "Waits for another" in anas
    assert "Waits for another" not in bens
    assert "Ready: what it waited for is closed" in bens


def test_a_snooze_and_a_due_re_review_are_shown(ana, signed_in):
    incident, today = IncidentFactory(), timezone.localdate()
    ActionItemFactory(incident=incident, snoozed_until=today + timedelta(days=3))
    DoneActionItemFactory(incident=incident, status="wont_do", re_review_on=today)

    page = body(signed_in(ana).get(incident.get_absolute_url()))

    assert "Snoozed until" in page
    assert "Due for re-review" in page


def test_a_link_as_evidence_is_shown(ana, signed_in):
    item = DoneActionItemFactory(closing_note="", evidence_url="https://example.com/pr/7")

    assert "https://example.com/pr/7" in body(signed_in(ana).get(item.incident.get_absolute_url()))


def test_a_list_marks_fixes_that_did_not_hold_as_far_as_the_reader_may_see(ana, ben, signed_in):
    later = IncidentFactory(visibility="restricted", owner=ana)
    check = FixCheckFactory(incident=later, answer="did_not_hold")
    held = FixCheckFactory(answer="held")
    address = "/action-items/?scope=all&status=done"

    anas = body(signed_in(ana).get(address))
    bens = body(signed_in(ben).get(address))

    assert f"Did not hold: it came back in {later.reference}" in anas
    assert anas.count("Did not hold") == 1
    assert "Did not hold" not in bens
    assert check.action_item.title in bens
    assert held.action_item.title in anas


def test_dependencies_take_one_more_query_for_any_number(ana, signed_in):
    client = signed_in(ana)
    plain, full = ActionItemFactory().incident, ActionItemFactory().incident
    for _ in range(3):
        whole = ActionItemFactory(incident=full)
        part = ActionItemFactory(incident=full, parent=whole)
        ActionItemDependency.objects.create(item=whole, depends_on=part)

    def queries(incident) -> int:
        client.get(incident.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            client.get(incident.get_absolute_url())
        return len(captured)

    assert queries(full) == queries(plain) + 1 <= 20
