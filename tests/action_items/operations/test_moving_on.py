"""Snoozing, re-dating, reassigning and moving action items, one by one and in bulk."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from action_items.operations import action_items
from action_items.operations.action_items import Terms
from core.errors import DomainError, StaleWrite
from incidents.models import ActionItem
from tests.factories import (
    NOON,
    ActionItemFactory,
    DoneActionItemFactory,
    IncidentFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def as_kept(item: ActionItem) -> list[tuple[str, str, str, str]]:
    return [(each.what, each.before, each.after, each.note) for each in item.changes.all()]


def test_a_snooze_is_recorded_but_makes_no_revision(ana):
    item = ActionItemFactory(owner=ana, due_on=TODAY)

    action_items.snooze(item, until=TODAY + 7 * DAY, reason="Away.", by=ana, at=NOON, via="mail")

    item.refresh_from_db()
    assert (item.snoozed_until, item.snooze_count, item.version) == (TODAY + 7 * DAY, 1, 1)
    assert item.due_on == TODAY
    assert as_kept(item) == [("snooze", "", "2026-03-09", "Away.")]
    assert item.incident.revisions.count() == 0
    assert list(ActionItem.objects.snoozed(TODAY + 6 * DAY)) == [item]
    assert list(ActionItem.objects.snoozed(TODAY + 7 * DAY)) == []


def test_snoozing_to_the_same_day_again_counts_once(ana):
    item = ActionItemFactory()

    for _ in range(2):
        action_items.snooze(item, until=TODAY + DAY, by=ana, at=NOON)

    item.refresh_from_db()
    assert item.snooze_count == item.changes.count() == 1


@pytest.mark.parametrize("days", [-1, 0, 15])
def test_a_snooze_is_for_two_weeks_at_most(days, ana):
    item = ActionItemFactory()

    with pytest.raises(action_items.SnoozeRefused, match="from tomorrow to 16 Mar 2026"):
        action_items.snooze(item, until=TODAY + days * DAY, by=ana, at=NOON)


def test_after_three_snoozes_in_a_row_no_more_are_allowed(ana):
    item = ActionItemFactory(due_on=TODAY)
    for days in (1, 2, 3):
        action_items.snooze(item, until=TODAY + days * DAY, by=ana, at=NOON)

    with pytest.raises(action_items.SnoozeRefused, match="snoozed 3 times in a row"):
        action_items.snooze(item, until=TODAY + 4 * DAY, by=ana, at=NOON)
    action_items.redate(item, due_on=TODAY + DAY, by=ana, at=NOON)
    action_items.snooze(item, until=TODAY + 4 * DAY, by=ana, at=NOON)

    item.refresh_from_db()
    assert item.snooze_count == 1


def test_an_ended_snooze_still_counts(ana):
    item = ActionItemFactory()
    action_items.snooze(item, until=TODAY + DAY, by=ana, at=NOON)

    for _ in range(2):
        action_items.wake(item, by=ana, at=LATER)

    item.refresh_from_db()
    assert (item.snoozed_until, item.snooze_count) == (None, 1)
    assert item.changes.count() == 2


def test_progress_ends_a_snooze(ana, ben):
    item = ActionItemFactory(owner=ana)
    action_items.snooze(item, until=TODAY + DAY, by=ana, at=NOON)

    action_items.reassign(item, owner=ben, by=ana, at=LATER)

    item.refresh_from_db()
    assert (item.snoozed_until, item.snooze_count) == (None, 0)


def test_a_later_date_than_the_severity_allows_needs_a_reason(ana):
    item = ActionItemFactory(
        incident=IncidentFactory(severity="SEV1"), due_on=TODAY, created_at=NOON
    )

    with pytest.raises(action_items.ReasonMissing, match="until 17 Mar 2026"):
        action_items.redate(item, due_on=TODAY + 16 * DAY, by=ana, at=NOON)
    action_items.redate(item, due_on=TODAY + 15 * DAY, by=ana, at=NOON)
    action_items.redate(item, due_on=TODAY + 16 * DAY, reason="The part is late.", by=ana, at=NOON)

    item.refresh_from_db()
    assert (item.due_on, item.due_reason) == (TODAY + 16 * DAY, "The part is late.")
    assert as_kept(item) == [
        ("due", "2026-03-02", "2026-03-17", ""),
        ("due", "2026-03-17", "2026-03-18", "The part is late."),
    ]


def test_a_date_within_the_allowed_time_clears_the_reason(ana):
    item = ActionItemFactory(due_on=TODAY + 90 * DAY, due_reason="Late.", created_at=NOON)

    action_items.redate(item, due_on=TODAY + 10 * DAY, by=ana, at=NOON)

    item.refresh_from_db()
    assert item.due_reason == ""


def test_removing_a_due_date_needs_a_reason(ana):
    dated, undated = ActionItemFactory(due_on=TODAY), ActionItemFactory()

    with pytest.raises(action_items.ReasonMissing):
        action_items.edit(dated, terms=Terms(title="X"), version=1, by=ana, at=NOON)
    action_items.edit(undated, terms=Terms(title="X"), version=1, by=ana, at=NOON)


def test_a_past_day_is_refused_as_due_date(ana):
    item = ActionItemFactory(due_on=TODAY)

    with pytest.raises(action_items.DueRefused, match="has passed"):
        action_items.redate(item, due_on=TODAY - DAY, by=ana, at=NOON)


def test_an_item_is_assigned_to_a_person_a_team_or_nobody(ana, ben):
    team = TeamFactory(name="Platform")
    item = ActionItemFactory(owner_as_written="the infra folks")

    action_items.reassign(item, owner=ben, note="You know it best.", by=ana, at=NOON)
    action_items.reassign(item, owner_team=team, by=ana, at=NOON)
    action_items.reassign(item, by=ana, at=NOON)

    item.refresh_from_db()
    assert (item.owner, item.owner_team, item.owner_as_written) == (None, None, "")
    assert as_kept(item) == [
        ("owner", "the infra folks", "Ben Builder", "You know it best."),
        ("owner", "Ben Builder", "Platform", ""),
        ("owner", "Platform", "", ""),
    ]


def test_an_item_has_one_owner_who_may_see_it(ana, ben):
    item = ActionItemFactory(incident=IncidentFactory(visibility="restricted", owner=ana))

    with pytest.raises(action_items.OwnerMayNotSee, match="Ben Builder may not see"):
        action_items.reassign(item, owner=ben, by=ana, at=NOON)
    with pytest.raises(DomainError, match="not both"):
        action_items.reassign(item, owner=ana, owner_team=TeamFactory(), by=ana, at=NOON)


def test_owner_and_owning_team_may_progress_it_whatever_their_role(ana, vera):
    mine = ActionItemFactory(owner=vera)
    teams = ActionItemFactory(owner_team=TeamFactory(lead=vera))
    others = ActionItemFactory(owner=ana)

    action_items.start(mine, by=vera, at=NOON)
    action_items.start(teams, by=vera, at=NOON)
    for change in (
        partial(action_items.snooze, until=TODAY + DAY),
        action_items.wake,
        partial(action_items.redate, due_on=TODAY),
        partial(action_items.reassign, owner=vera),
        action_items.block,
    ):
        with pytest.raises(PermissionDenied, match="Only authors and its owner"):
            change(others, by=vera, at=NOON)


def test_of_two_concurrent_changes_the_second_is_refused(ana, ben, rita):
    item = ActionItemFactory(owner=ana, due_on=TODAY)
    action_items.reassign(item, owner=ben, version=1, by=ana, at=NOON)

    for change in (
        partial(action_items.reassign, owner=rita),
        partial(action_items.redate, due_on=TODAY + DAY),
        partial(action_items.snooze, until=TODAY + DAY),
        partial(action_items.move, to="blocked"),
    ):
        with pytest.raises(StaleWrite):
            change(item, version=1, by=rita, at=LATER)

    item.refresh_from_db()
    assert (item.owner, item.due_on, item.status) == (ben, TODAY, "open")


def test_a_closed_or_deleted_item_cannot_change(ana):
    closed, gone = DoneActionItemFactory(), ActionItemFactory()
    ActionItem.objects.filter(pk=gone.pk).delete()

    for change in (partial(action_items.redate, due_on=TODAY + DAY), action_items.start):
        with pytest.raises(action_items.AlreadyClosed, match="closed it before you"):
            change(closed, by=ana, at=NOON)
        with pytest.raises(action_items.ActionItemGone):
            change(gone, by=ana, at=NOON)


def test_a_move_cannot_close_an_item(ana):
    with pytest.raises(DomainError, match="needs evidence or a reason"):
        action_items.move(ActionItemFactory(), to="done", by=ana, at=NOON)


def test_a_bulk_change_reports_changed_unchanged_and_refused_items(ana, ben):
    moved, already = ActionItemFactory(), ActionItemFactory(owner=ben)
    closed = DoneActionItemFactory()
    hidden = ActionItemFactory(incident=IncidentFactory(visibility="restricted", owner=ana))

    done = action_items.each(
        [moved, already, closed, hidden],
        partial(action_items.reassign, owner=ben, by=ana, at=NOON),
    )

    assert (done.changed, done.unchanged) == ([moved], [already])
    assert [refused.item for refused in done.refused] == [closed, hidden]
    assert "closed it before you" in done.refused[0].why
    assert "may not see" in done.refused[1].why
    assert ActionItem.objects.get(pk=moved.pk).owner == ben


def test_a_deactivated_person_cannot_be_made_owner(ana):
    gone = UserFactory(is_active=False, full_name="Gil Gone")

    with pytest.raises(action_items.OwnerMayNotSee, match="no longer active"):
        action_items.reassign(ActionItemFactory(), owner=gone, by=ana, at=NOON)
