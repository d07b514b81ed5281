"""The revision and the history that each operation on an action item records."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from action_items.operations import action_items
from action_items.operations.action_items import Change, DueOn, GivenTo, Terms
from core.errors import DomainError, StaleWrite
from incidents.models import ActionItem
from tests.factories import NOON, ActionItemFactory, DoneActionItemFactory, IncidentFactory
from tests.recorded import records, records_nothing

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)

CLOSED = {"status": "done", "closing_note": "Seen.", "closed_at": NOON}

# Each operation with its terms, the state of the item before, and the summary of its revision
# and the note in its history.
CHANGES = [
    (partial(action_items.start), {}, "Action item in progress: Alert", ""),
    (partial(action_items.block, note="By Rita."), {}, "Action item blocked: Alert", "By Rita."),
    (
        partial(action_items.move, to="blocked", note="Why."),
        {},
        "Action item blocked: Alert",
        "Why.",
    ),
    (
        partial(action_items.redate, due_on=TODAY + DAY, reason="Late."),
        {},
        "Action item due 2026-03-03: Alert",
        "Late.",
    ),
    (
        partial(action_items.reassign, note="Please."),
        {},
        "Action item assigned to nobody: Alert",
        "Please.",
    ),
    (
        partial(action_items.change, to=Change(status="blocked", due=DueOn(TODAY + DAY, "Late."))),
        {},
        "Action item changed: Alert",
        "Late.",
    ),
    (
        partial(action_items.split, into=["Half"], due_on=TODAY + DAY, reason="Late."),
        {},
        "Action item split: Alert",
        "Late.",
    ),
    (partial(action_items.complete, evidence="Seen."), {}, "Action item done: Alert", "Seen."),
    (
        partial(action_items.decline, reason="Too dear.", accepted_risk="A night."),
        {},
        "Action item declined: Alert",
        "Too dear.",
    ),
    (
        partial(action_items.keep_declined, note="No budget.", accepted_risk="A night."),
        CLOSED | {"status": "wont_do"},
        "Action item still declined: Alert",
        "No budget.",
    ),
    (partial(action_items.reopen), CLOSED, "Action item reopened: Alert", ""),
]
STATES = [(change, before) for change, before, *_ in CHANGES]
NAMES = [change.func.__name__ for change, *_ in CHANGES]


@pytest.mark.parametrize(("change", "before", "summary", "note"), CHANGES, ids=NAMES)
def test_a_change_is_recorded_with_person_time_and_channel(change, before, summary, note, ana, ben):
    item = ActionItemFactory(title="Alert", due_on=TODAY, owner=ana, **before)

    with records(item.incident, summary, by=ben, at=LATER):
        change(item, by=ben, at=LATER, via="mail")

    stored = ActionItem.objects.get(pk=item.pk)
    assert (stored.version, stored.updated_at) == (2, LATER)
    kept = item.changes.all()
    assert kept
    assert {(each.by, each.at, each.via) for each in kept} == {(ben, LATER, "mail")}
    assert kept[0].note == note


@pytest.mark.parametrize(("change", "before"), STATES, ids=NAMES)
def test_a_change_from_an_old_page_is_refused(change, before, ana):
    item = ActionItemFactory(title="Alert", due_on=TODAY, **before)
    ActionItem.objects.filter(pk=item.pk).update(version=2)
    if change.func in (action_items.start, action_items.block):
        change = partial(action_items.move, to="in_progress")

    with records_nothing(item.incident), pytest.raises(StaleWrite, match="since you opened"):
        change(item, version=1, by=ana, at=LATER)


@pytest.mark.parametrize(("change", "before"), STATES, ids=NAMES)
def test_a_viewer_changes_nothing_of_others(change, before, vera, ana):
    item = ActionItemFactory(due_on=TODAY, owner=ana, **before)

    with records_nothing(item.incident), pytest.raises(PermissionDenied, match="Only authors and"):
        change(item, by=vera, at=LATER)


def test_adding_editing_and_deleting_are_recorded_with_person_and_time(ana, ben):
    incident = IncidentFactory()

    with records(incident, "Action item added: Alert", by=ben, at=LATER):
        item = action_items.add(incident, terms=Terms(title="Alert"), by=ben, at=LATER)
    terms = Terms(title="Alarm", owner=ana)
    with records(incident, "Action item changed: Alarm", by=ana, at=LATER):
        action_items.edit(item, terms=terms, version=1, by=ana, at=LATER)
    assert [(each.what, each.by, each.at) for each in item.changes.all()] == [("owner", ana, LATER)]
    with records(incident, "Action item deleted: Alarm", by=ben, at=LATER):
        action_items.delete(item, version=2, by=ben, at=LATER)


def test_an_item_changed_since_it_was_seen_is_not_deleted(ana):
    item = ActionItemFactory(version=2)

    with pytest.raises(StaleWrite):
        action_items.delete(item, version=1, by=ana, at=LATER)

    assert ActionItem.objects.get() == item


def test_a_viewer_edits_no_terms_even_of_their_own_items(vera):
    item = ActionItemFactory(owner=vera)

    with pytest.raises(PermissionDenied):
        action_items.edit(item, terms=Terms(title="Mine"), version=1, by=vera, at=LATER)


def test_dependencies_are_recorded_with_person_and_time(ana, ben):
    item = ActionItemFactory(title="Alert")
    other = ActionItemFactory(incident=item.incident)

    with records(item.incident, "Dependency added: Alert", by=ben, at=LATER):
        action_items.wait_for(item, other, by=ben, at=LATER)
    with records_nothing(item.incident):
        action_items.wait_for(item, other, by=ben, at=LATER)
    with records(item.incident, "Dependency removed: Alert", by=ana, at=LATER):
        action_items.stop_waiting(item, other, by=ana, at=LATER)
    with records_nothing(item.incident):
        action_items.stop_waiting(item, other, by=ana, at=LATER)

    kept = [(each.what, each.before, each.after, each.by, each.at) for each in item.changes.all()]
    assert kept == [
        ("wait", "", str(other.pk), ben, LATER),
        ("wait", str(other.pk), "", ana, LATER),
    ]


def test_a_viewer_sets_no_dependencies_of_others(ana, vera):
    item, other = ActionItemFactory(owner=ana), ActionItemFactory()
    action_items.wait_for(item, other, by=ana, at=NOON)

    with pytest.raises(PermissionDenied):
        action_items.wait_for(item, ActionItemFactory(), by=vera, at=LATER)
    with pytest.raises(PermissionDenied):
        action_items.stop_waiting(item, other, by=vera, at=LATER)

    assert item.dependencies.count() == 1


def test_the_same_values_again_change_nothing(ana, ben):
    item = ActionItemFactory(due_on=TODAY, owner=ben, priority="P1")
    same = Change(status="open", priority="P1", owner=GivenTo(ben), due=DueOn(TODAY))

    for change in (
        partial(action_items.move, to="open"),
        partial(action_items.redate, due_on=TODAY),
        partial(action_items.reassign, owner=ben),
        partial(action_items.change, to=same),
        action_items.reopen,
    ):
        assert change(item, by=ana, at=LATER).version == 1
    assert item.changes.count() == item.incident.revisions.count() == 0


def test_only_authors_change_the_priority(vera):
    item = ActionItemFactory(owner=vera, priority="P2")

    with pytest.raises(PermissionDenied, match="how urgent"):
        action_items.change(item, to=Change(priority="P0"), by=vera, at=LATER)

    assert ActionItem.objects.get().priority == "P2"


def test_a_change_of_several_facts_keeps_the_rules_of_each(ana, ben):
    item = ActionItemFactory(incident__visibility="restricted", incident__owner=ana, due_on=TODAY)

    for to, why in (
        (Change(status="done"), "needs evidence or a reason"),
        (Change(owner=GivenTo(ben)), "may not see"),
        (Change(due=DueOn(TODAY - DAY)), "has passed"),
        (Change(due=DueOn(TODAY + 300 * DAY)), "Enter a reason for the later date"),
    ):
        with pytest.raises(DomainError, match=why):
            action_items.change(item, to=to, by=ana, at=LATER)
    assert ActionItem.objects.get().version == 1


def test_an_item_brought_to_a_status_is_reopened_first_if_it_is_closed(ana):
    closed, item = DoneActionItemFactory(), ActionItemFactory()

    for each in (closed, item):
        action_items.bring(each, to="blocked", by=ana, at=LATER, via="mail")

    kept = [*closed.changes.all(), *item.changes.all()]
    assert [(change.before, change.after) for change in kept] == [
        ("done", "open"),
        ("open", "blocked"),
        ("open", "blocked"),
    ]
    assert {(change.by, change.at, change.via) for change in kept} == {(ana, LATER, "mail")}


def test_an_ended_snooze_is_recorded_with_person_time_and_channel(ana, ben):
    item = ActionItemFactory(snoozed_until=TODAY + DAY, snooze_count=1)

    with records_nothing(item.incident):
        action_items.wake(item, by=ben, at=LATER, via="mail")

    [change] = item.changes.all()
    assert (change.what, change.by, change.at, change.via) == ("snooze", ben, LATER, "mail")


def test_the_person_who_assigned_an_item_is_stored_with_the_time(ana, ben):
    item = ActionItemFactory()

    action_items.reassign(item, owner=ben, by=ana, at=LATER)
    stored = ActionItem.objects.get()
    assert (stored.given_by, stored.given_at) == (ana, LATER)

    action_items.reassign(item, by=ana, at=LATER)
    stored = ActionItem.objects.get()
    assert (stored.given_by, stored.given_at) == (None, None)


def test_an_item_waiting_for_open_ones_is_completed_only_on_purpose(ana):
    item, other = ActionItemFactory(), ActionItemFactory(title="Migrate")
    action_items.wait_for(item, other, by=ana, at=NOON)

    with pytest.raises(action_items.StillWaits, match="Migrate"):
        action_items.complete(item, evidence="Seen.", by=ana, at=LATER)
    action_items.complete(item, evidence="Seen.", despite_waits=True, by=ana, at=LATER)


def test_an_item_with_open_parts_is_declined_only_on_purpose(ana):
    item = ActionItemFactory()
    ActionItemFactory(incident=item.incident, parent=item)
    decline = partial(
        action_items.decline, item, reason="Too dear.", accepted_risk="It.", by=ana, at=LATER
    )

    with pytest.raises(action_items.OpenParts):
        decline()
    assert decline(leave_parts_open=True).status == "wont_do"
