"""Parts of action items, and dependencies between them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from action_items.operations import action_items
from action_items.operations.action_items import Terms
from incidents.models import ActionItem, ActionItemDependency
from tests.factories import NOON, ActionItemFactory, IncidentFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def test_an_item_is_split_into_parts_of_the_same_incident(ana):
    whole = ActionItemFactory()

    part = action_items.add(
        whole.incident, terms=Terms(title="Half of it", parent=whole), by=ana, at=NOON
    )

    assert list(whole.parts.all()) == [part]


def test_splitting_makes_parts_with_the_same_owner_and_one_date_for_all(vera):
    whole = ActionItemFactory(owner=vera, priority="P1", due_on=TODAY)

    action_items.split(whole, into=["Half", " ", "Rest"], due_on=TODAY + DAY, by=vera, at=NOON)

    whole.refresh_from_db()
    assert [(part.title, part.owner, part.priority, part.due_on) for part in whole.parts.all()] == [
        ("Half", vera, "P1", TODAY + DAY),
        ("Rest", vera, "P1", TODAY + DAY),
    ]
    assert (whole.due_on, whole.status, whole.version) == (TODAY + DAY, "open", 2)
    assert {part.given_at for part in whole.parts.all()} == {None}
    revision = whole.incident.revisions.get()
    assert "Rest" in revision.content


def test_splitting_is_refused_with_a_reason(ana, ben, vera):
    whole = ActionItemFactory(owner=ben, due_on=TODAY)
    part = ActionItemFactory(incident=whole.incident, parent=whole)
    split = partial(action_items.split, into=["Half"], due_on=TODAY + DAY, by=ana, at=NOON)

    with pytest.raises(action_items.PartRefused, match="have no parts of their own"):
        split(part)
    with pytest.raises(action_items.PartRefused, match="at least one, at most 10"):
        split(whole, into=[""])
    with pytest.raises(action_items.PartRefused, match="at least one, at most 10"):
        split(whole, into=["Half"] * 11)
    with pytest.raises(action_items.DueRefused):
        split(whole, due_on=TODAY - DAY)
    with pytest.raises(action_items.ReasonMissing):
        split(whole, due_on=TODAY + 300 * DAY)
    with pytest.raises(PermissionDenied):
        split(whole, by=vera)
    assert list(whole.parts.all()) == [part]


def test_parts_have_no_parts(ana):
    whole = ActionItemFactory()
    part = ActionItemFactory(incident=whole.incident, parent=whole)
    other = ActionItemFactory(incident=whole.incident)

    with pytest.raises(action_items.PartRefused, match="itself a part"):
        action_items.add(whole.incident, terms=Terms(title="X", parent=part), by=ana, at=NOON)
    with pytest.raises(action_items.PartRefused, match="parts of its own"):
        action_items.edit(whole, terms=Terms(title="X", parent=other), version=1, by=ana, at=NOON)


def test_nothing_is_part_of_itself_or_of_another_incident(ana):
    item = ActionItemFactory()

    for parent in (item, ActionItemFactory(), ActionItem(pk=0)):
        with pytest.raises(action_items.PartRefused, match="of the same incident"):
            action_items.edit(
                item, terms=Terms(title="X", parent=parent), version=1, by=ana, at=NOON
            )


def test_parts_stay_when_their_parent_is_deleted(ana):
    whole = ActionItemFactory()
    part = ActionItemFactory(incident=whole.incident, parent=whole)

    action_items.delete(whole, by=ana, at=NOON)

    part.refresh_from_db()
    assert part.parent is None


def test_adding_or_removing_a_dependency_twice_changes_nothing(ana):
    item, other = ActionItemFactory(), ActionItemFactory()

    for _ in range(2):
        action_items.wait_for(item, other, by=ana, at=NOON)
    assert [each.depends_on for each in item.dependencies.all()] == [other]

    for _ in range(2):
        action_items.stop_waiting(item, other, by=ana, at=NOON)
    assert item.dependencies.count() == 0


def test_no_item_waits_for_itself_even_through_others(ana):
    first, second, third = (ActionItemFactory() for _ in range(3))
    action_items.wait_for(first, second, by=ana, at=NOON)
    action_items.wait_for(second, third, by=ana, at=NOON)

    with pytest.raises(action_items.DependencyRefused, match="neither could start"):
        action_items.wait_for(third, first, by=ana, at=NOON)
    with pytest.raises(action_items.DependencyRefused, match="one that exists"):
        action_items.wait_for(first, first, by=ana, at=NOON)


def test_a_part_does_not_wait_for_the_whole(ana):
    whole = ActionItemFactory()
    part = ActionItemFactory(incident=whole.incident, parent=whole)

    with pytest.raises(action_items.DependencyRefused, match="already waits for it"):
        action_items.wait_for(part, whole, by=ana, at=NOON)


def test_a_hidden_item_is_like_one_that_does_not_exist(ana, ben):
    item = ActionItemFactory()
    hidden = ActionItemFactory(incident=IncidentFactory(visibility="restricted", owner=ana))
    refusals = set()

    for other in (hidden, ActionItem(pk=0)):
        with pytest.raises(action_items.DependencyRefused) as refused:
            action_items.wait_for(item, other, by=ben, at=NOON)
        refusals.add(str(refused.value))

    assert len(refusals) == 1


def test_a_circle_through_hidden_items_is_not_revealed(ana, ben):
    first, last = ActionItemFactory(), ActionItemFactory()
    hidden = ActionItemFactory(incident=IncidentFactory(visibility="restricted", owner=ana))
    action_items.wait_for(first, hidden, by=ana, at=NOON)
    action_items.wait_for(hidden, last, by=ana, at=NOON)

    action_items.wait_for(last, first, by=ben, at=NOON)

    assert ActionItemDependency.objects.visible_to(ben).count() == 1
    assert ActionItemDependency.objects.visible_to(ana).count() == 3


def test_only_dependencies_within_an_incident_are_in_its_revisions(ana):
    item = ActionItemFactory(title="First")
    beside = ActionItemFactory(incident=item.incident, title="Second")
    secret = IncidentFactory(visibility="restricted", owner=ana)
    elsewhere = ActionItemFactory(incident=secret, title="Hush")

    action_items.wait_for(item, elsewhere, by=ana, at=NOON)
    action_items.wait_for(item, beside, by=ana, at=NOON)

    content = item.incident.revisions.first().content
    assert "- Waits for: 2" in content
    assert "Hush" not in content


@pytest.mark.django_db(transaction=True)
def test_two_concurrent_dependencies_make_no_circle(ana):
    first, second = ActionItemFactory(), ActionItemFactory()
    together = Barrier(2)

    def wait(item: ActionItem, other: ActionItem) -> bool:
        together.wait()
        try:
            action_items.wait_for(item, other, by=ana, at=NOON)
        except action_items.DependencyRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as people:
        made = list(people.map(wait, (first, second), (second, first)))

    assert sorted(made) == [False, True]
    assert ActionItemDependency.objects.count() == 1
