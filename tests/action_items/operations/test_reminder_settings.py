"""Changes of the reminder policy, of holidays and of calendar feeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Holiday
from action_items.models import CalendarFeed, ReminderPolicy
from action_items.operations import calendar_feeds, reminder_policies
from action_items.reminders.policy import Policy, PolicyContradicts
from core.errors import StaleWrite
from tests.factories import NOON, CalendarFeedFactory

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
EARLY = replace(Policy(), hour=8)
SPRING = [(date(2026, 5, 1), "Spring day")]


def test_a_saved_policy_has_a_number_its_author_and_the_time(omar):
    reminder_policies.save_policy(EARLY, number=0, by=omar, at=NOON)
    saved = reminder_policies.save_policy(Policy(), number=1, by=omar, at=LATER)

    assert (saved.number, saved.saved_by, saved.saved_at) == (2, omar, LATER)


def test_a_policy_saved_from_an_old_page_is_refused(omar):
    reminder_policies.save_policy(EARLY, number=0, by=omar, at=NOON)

    with pytest.raises(StaleWrite, match="Omar Operator saved another policy"):
        reminder_policies.save_policy(replace(EARLY, hour=7), number=0, by=omar, at=LATER)

    assert ReminderPolicy.objects.get().hour == 8


def test_a_contradictory_policy_is_refused(omar):
    with pytest.raises(PolicyContradicts):
        reminder_policies.save_policy(replace(Policy(), weekdays=()), number=0, by=omar, at=NOON)


@pytest.mark.parametrize("person", ["vera", "ana", "rita", "inactive"])
def test_only_active_administrators_change_the_policy_and_holidays(person, omar, request):
    reminder_policies.add_holidays(SPRING, team=None, by=omar, at=NOON)
    by = omar if person == "inactive" else request.getfixturevalue(person)
    by.is_active = person != "inactive"

    for change in (
        lambda: reminder_policies.save_policy(EARLY, number=0, by=by, at=NOON),
        lambda: reminder_policies.add_holidays(
            [(date(2026, 5, 2), "Bridge day")], team=None, by=by, at=NOON
        ),
        lambda: reminder_policies.remove_holiday(Holiday.objects.get(), by=by, at=NOON),
    ):
        with pytest.raises(PermissionDenied, match="Only administrators"):
            change()
    assert Holiday.objects.count() == 1
    assert not ReminderPolicy.objects.exists()


@pytest.mark.parametrize("change", [calendar_feeds.renew, calendar_feeds.end])
def test_only_the_active_owner_changes_a_calendar_feed(change, ana, omar):
    feed = CalendarFeedFactory(owner=ana)

    with pytest.raises(PermissionDenied):
        change(feed, by=omar)
    ana.is_active = False
    with pytest.raises(PermissionDenied):
        change(feed, by=ana)

    assert CalendarFeed.objects.get().key == feed.key
