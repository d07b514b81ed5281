"""Concurrent changes of one action item, in two real transactions."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from action_items.models import Answer, ReminderAnswer
from action_items.operations import action_items, reminder_answers
from action_items.reminders import link_checks, links
from incidents.models import ActionItem, ActionItemChange
from tests.factories import NOON, ActionItemFactory, MessageFactory
from tests.incidents.operations.test_two_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_concurrent_clicks_one_is_refused(ana):
    today = NOON.date()
    item = ActionItemFactory(owner=ana, due_on=today)
    choose = links.choose(item, to=ana, message=MessageFactory(recipient=ana), today=today)
    link = replace(choose, answer=Answer.SNOOZE)

    def click(days: int):
        change = partial(action_items.snooze, until=today.replace(day=today.day + days))
        asked = link_checks.requested_action(link, signed_in=None, at=NOON)
        return lambda: reminder_answers.answer(asked, change=change, at=NOON)

    done = at_once(click(1), click(3))

    assert sorted(type(each).__name__ for each in done) == [
        "ActionItem",
        "LinkSpent",
    ]
    assert ReminderAnswer.objects.count() == ActionItemChange.objects.count() == 1


def test_of_two_who_complete_an_item_at_once_the_second_is_refused(ana, ben):
    item = ActionItemFactory()

    done = at_once(
        lambda: action_items.complete(item, evidence="Hers.", by=ana, at=NOON),
        lambda: action_items.complete(item, evidence="His.", by=ben, at=NOON),
    )

    [kept] = [each for each in done if isinstance(each, ActionItem)]
    [refused] = [each for each in done if isinstance(each, action_items.AlreadyClosed)]
    assert kept.evidence in str(refused)
    assert ActionItem.objects.get().closing_note == kept.closing_note
    assert item.incident.revisions.count() == ActionItemChange.objects.count() == 1
