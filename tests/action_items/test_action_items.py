"""Adding, editing, completing and declining action items."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from action_items.operations import action_items
from action_items.operations.action_items import Terms
from core.errors import StaleWrite
from incidents.models import ActionItem
from tests.factories import NOON, ActionItemFactory, IncidentFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


def test_an_item_is_added_after_the_others_and_kept_in_a_revision(ana):
    incident = IncidentFactory()
    ActionItemFactory(incident=incident, position=7)

    item = action_items.add(incident, terms=Terms(title="Alert on expiry"), by=ana, at=NOON)

    assert item.position == 8
    assert item.created_at == NOON
    assert incident.revisions.first().summary == "Action item added: Alert on expiry"
    assert incident.revisions.first().saved_by == ana


def test_viewers_add_nothing(vera):
    with pytest.raises(PermissionDenied, match="Only authors"):
        action_items.add(IncidentFactory(), terms=Terms(title="No"), by=vera, at=NOON)


@pytest.mark.parametrize(
    ("severity", "days"), [("SEV1", 15), ("SEV2", 30), ("SEV3", 60), ("unknown", 60)]
)
def test_the_due_date_offered_follows_the_severity(severity, days):
    incident = IncidentFactory(severity=severity)
    today = date(2026, 3, 2)

    assert action_items.default_due_on(incident, today) == today + timedelta(days=days)


def test_an_edit_changes_the_content(ana, rita):
    item = ActionItemFactory(owner=rita)

    terms = Terms(title="New", owner=ana, due_on=date(2026, 4, 1), status="blocked")
    action_items.edit(item, terms=terms, version=1, by=ana, at=LATER)

    item.refresh_from_db()
    assert (item.title, item.owner, item.due_on) == ("New", ana, date(2026, 4, 1))
    assert (item.status, item.version, item.updated_at) == ("blocked", 2, LATER)


def test_a_stale_edit_is_refused(ana, rita):
    item = ActionItemFactory(title="First")
    action_items.edit(item, terms=Terms(title="Rita’s"), version=1, by=rita, at=NOON)

    with pytest.raises(StaleWrite):
        action_items.edit(item, terms=Terms(title="Ana’s"), version=1, by=ana, at=LATER)

    item.refresh_from_db()
    assert item.title == "Rita’s"


def test_an_edit_of_a_deleted_item_is_refused(ana):
    item = ActionItemFactory()
    action_items.delete(item, by=ana, at=NOON)

    with pytest.raises(action_items.ActionItemGone, match="deleted"):
        action_items.edit(item, terms=Terms(title="X"), version=1, by=ana, at=LATER)


def test_an_owner_must_be_able_to_see_the_incident(ana, ben):
    secret = IncidentFactory(visibility="restricted", owner=ana)

    with pytest.raises(action_items.OwnerMayNotSee, match="Ben Builder may not see"):
        action_items.add(secret, terms=Terms(title="X", owner=ben), by=ana, at=NOON)

    assert ActionItem.objects.count() == 0


def test_a_team_may_own_only_what_its_responsible_people_may_see(ana, ben):
    secret = IncidentFactory(visibility="restricted", owner=ana)
    team = TeamFactory(lead=ben)

    with pytest.raises(action_items.OwnerMayNotSee, match="Ben Builder"):
        action_items.add(secret, terms=Terms(title="X", owner_team=team), by=ana, at=NOON)

    secret.reader_teams.add(team)
    team.members.add(ben)
    action_items.add(secret, terms=Terms(title="X", owner_team=team), by=ana, at=NOON)


def test_a_deactivated_person_is_not_made_owner(ana):
    gone = UserFactory(is_active=False, full_name="Gil Gone")

    with pytest.raises(action_items.OwnerMayNotSee, match="Gil Gone is no longer active"):
        action_items.add(IncidentFactory(), terms=Terms(title="X", owner=gone), by=ana, at=NOON)


def test_an_item_keeps_a_departed_owner_until_another_is_chosen(ana):
    gone = UserFactory(is_active=False)
    item = ActionItemFactory(owner=gone)

    action_items.edit(item, terms=Terms(title="New", owner=gone), version=1, by=ana, at=NOON)

    item.refresh_from_db()
    assert item.title == "New"


@pytest.mark.parametrize("evidence", ["", "   \n"])
def test_done_needs_evidence(ana, evidence):
    item = ActionItemFactory()

    with pytest.raises(action_items.EvidenceMissing, match="evidence that it is done"):
        action_items.complete(item, evidence=evidence, by=ana, at=NOON)

    item.refresh_from_db()
    assert item.is_open


def test_completing_records_person_time_and_evidence(ana):
    item = ActionItemFactory(title="Alert")

    action_items.complete(item, evidence="\r\nhttps://example.com/pr/7\r\n", by=ana, at=LATER)

    item.refresh_from_db()
    assert (item.status, item.closed_by, item.closed_at) == ("done", ana, LATER)
    assert item.closing_note == "https://example.com/pr/7"
    assert item.incident.revisions.first().summary == "Action item done: Alert"


def test_a_viewer_closes_only_items_they_own(vera):
    theirs, other = ActionItemFactory(owner=vera), ActionItemFactory()

    action_items.complete(theirs, evidence="Seen.", by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        action_items.complete(other, evidence="Seen.", by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        action_items.decline(other, reason="No.", accepted_risk="It.", by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        action_items.reopen(other, by=vera, at=NOON)
    with pytest.raises(PermissionDenied):
        action_items.delete(theirs, by=vera, at=NOON)


def test_an_item_closed_meanwhile_is_not_closed_again(ana, rita):
    item = ActionItemFactory()
    action_items.complete(item, evidence="Rita’s evidence", by=rita, at=NOON)

    with pytest.raises(action_items.AlreadyClosed, match=r"Rita Reviewer closed it.*evidence"):
        action_items.decline(item, reason="Never", accepted_risk="It.", by=ana, at=LATER)


def test_reopening_twice_changes_nothing_more(ana):
    item = ActionItemFactory()
    action_items.complete(item, evidence="Done.", by=ana, at=NOON)

    action_items.reopen(item, by=ana, at=LATER)
    action_items.reopen(item, by=ana, at=LATER)

    item.refresh_from_db()
    assert (item.status, item.closing_note, item.closed_at) == ("open", "", None)
    assert item.version == 3


def test_deleting_twice_changes_nothing_more(ana):
    item = ActionItemFactory(title="Gone")

    action_items.delete(item, by=ana, at=NOON)
    action_items.delete(item, by=ana, at=LATER)

    assert ActionItem.objects.count() == 0
    assert item.incident.revisions.first().summary == "Action item deleted: Gone"
