"""Completing an item with open dependencies; dependencies in the history."""

from __future__ import annotations

import pytest
from django.urls import reverse

from action_items.operations import action_items
from incidents.models import ActionItemChange
from tests.factories import NOON, ActionItemFactory, IncidentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(ana):
    return ActionItemFactory(owner=ana, title="Switch the traffic")


@pytest.fixture
def other(ben):
    incident = IncidentFactory(title="Old outage", owner=ben)
    return ActionItemFactory(incident=incident, owner=ben, title="Build the second cluster")


@pytest.fixture
def waiting(item, other, ana):
    action_items.wait_for(item, other, by=ana, at=NOON)
    return item


def _restrict(item) -> None:
    item.incident.visibility = "restricted"
    item.incident.save()


def page(signed_in, person, item, name="action_item_complete", **data):
    client, address = signed_in(person), reverse(name, args=[item.pk])
    item.refresh_from_db()
    data = data and {"version": item.version, **data}
    answer = client.post(address, data) if data else client.get(address)
    return answer.status_code, answer.content.decode()


def test_the_form_lists_open_dependencies_at_once(waiting, other, ana, signed_in):
    _, shown = page(signed_in, ana, waiting)

    assert f"It still waits for {other.incident.reference} “Build the second cluster”." in shown
    assert 'name="despite_waits"' in shown


def test_completing_with_open_dependencies_needs_confirmation(waiting, ana, signed_in):
    status, shown = page(signed_in, ana, waiting, evidence="There.")
    waiting.refresh_from_db()

    assert status == 422
    assert "It still waits for “Build the second cluster”." in shown
    assert waiting.status == "open"

    status, _ = page(signed_in, ana, waiting, evidence="There.", despite_waits="on")
    waiting.refresh_from_db()
    assert (status, waiting.status) == (302, "done")


def test_without_open_dependencies_nothing_is_asked(waiting, other, ana, ben, signed_in):
    action_items.complete(other, evidence="There.", by=ben, at=NOON)

    _, shown = page(signed_in, ana, waiting)
    status, _ = page(signed_in, ana, waiting, evidence="There.")

    assert "despite_waits" not in shown
    assert status == 302


def test_hidden_dependencies_are_neither_named_nor_asked_about(waiting, other, ana, signed_in):
    _restrict(other)

    _, shown = page(signed_in, ana, waiting)
    status, _ = page(signed_in, ana, waiting, evidence="There.")

    assert "Build the second cluster" not in shown
    assert "despite_waits" not in shown
    assert status == 302


def test_the_history_records_dependencies_and_their_removal(waiting, other, ana, signed_in):
    action_items.stop_waiting(waiting, other, by=ana, at=NOON)

    _, shown = page(signed_in, ana, waiting, "action_item_detail")

    name = f"{other.incident.reference} “Build the second cluster”"
    assert f"No longer waits for {name}" in shown
    assert f"<div>Waits for {name}</div>" in shown


def test_repeated_changes_of_a_dependency_are_recorded_once(waiting, other, ana):
    action_items.wait_for(waiting, other, by=ana, at=NOON)
    action_items.stop_waiting(waiting, other, by=ana, at=NOON)
    action_items.stop_waiting(waiting, other, by=ana, at=NOON)

    changes = ActionItemChange.objects.filter(item=waiting, what="wait")
    assert [(change.before, change.after) for change in changes] == [
        ("", str(other.pk)),
        (str(other.pk), ""),
    ]


def test_the_history_omits_hidden_dependencies(waiting, other, ana, omar, signed_in):
    _restrict(other)

    _, to_ana = page(signed_in, ana, waiting, "action_item_detail")
    _, to_omar = page(signed_in, omar, waiting, "action_item_detail")

    assert "Waits for" not in to_ana.partition("History")[2]
    assert "Waits for" in to_omar.partition("History")[2]


def test_within_one_incident_the_title_is_enough(item, ana, signed_in):
    same = ActionItemFactory(incident=item.incident, title="Order the machines")
    action_items.wait_for(item, same, by=ana, at=NOON)

    _, shown = page(signed_in, ana, item, "action_item_detail")

    assert "<div>Waits for “Order the machines”</div>" in shown


def test_the_verifier_is_not_prefilled(item, ana, signed_in):
    _, shown = page(signed_in, ana, item)

    field = shown.partition('name="verified_by"')[2].partition(">")[0]
    assert "value=" not in field
    assert "nobody else has verified it yet" in " ".join(shown.split())


def test_without_a_verifier_the_page_says_so(item, ana, signed_in):
    page(signed_in, ana, item, evidence="There.")

    _, shown = page(signed_in, ana, item, "action_item_detail")

    assert "Nobody else has verified it yet." in shown


def test_another_person_who_verified_it_is_named(item, ana, signed_in):
    UserFactory(username="cleo", full_name="Cleo Checker")
    page(signed_in, ana, item, evidence="There.", verified_by="Cleo Checker")

    _, shown = page(signed_in, ana, item, "action_item_detail")

    assert "Verified by Cleo Checker." in shown
