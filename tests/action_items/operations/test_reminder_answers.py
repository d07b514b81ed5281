"""Acting on a link in a reminder."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from action_items.models import Answer, ReminderAnswer
from action_items.operations import action_items, reminder_answers
from action_items.reminders import link_checks, links
from tests.factories import NOON, ActionItemFactory, MessageFactory
from tests.recorded import records, records_nothing

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
TODAY = NOON.date()
MOVE = partial(action_items.redate, due_on=TODAY + timedelta(days=3))


@pytest.fixture
def asked(ana):
    """Ana follows the link “new date” in a mail about her item."""
    item = ActionItemFactory(title="Alert", owner=ana, due_on=TODAY)
    link = links.choose(item, to=ana, message=MessageFactory(recipient=ana), today=TODAY)
    return link_checks.requested_action(
        replace(link, answer=Answer.REDATE), signed_in=None, at=NOON
    )


def test_an_answer_is_recorded_as_a_change_by_the_recipient_by_mail(asked, ana):
    with records(asked.item.incident, "Action item due 2026-03-05: Alert", by=ana, at=LATER):
        reminder_answers.answer(asked, change=MOVE, at=LATER)

    [change] = asked.item.changes.all()
    assert (change.by, change.at, change.via) == (ana, LATER, "mail")
    used = ReminderAnswer.objects.get()
    assert (used.action_item, used.answer, used.at) == (asked.item, Answer.REDATE, LATER)


def test_a_link_works_once(asked):
    reminder_answers.answer(asked, change=MOVE, at=NOON)

    with records_nothing(asked.item.incident), pytest.raises(reminder_answers.LinkSpent):
        reminder_answers.answer(asked, change=MOVE, at=LATER)


def test_a_link_about_an_item_reassigned_meanwhile_is_refused_and_stays_unused(asked, ana, ben):
    action_items.reassign(asked.item, owner=ben, by=ana, at=NOON)

    with pytest.raises(reminder_answers.LinkSpent, match="Ben Builder"):
        reminder_answers.answer(asked, change=MOVE, at=LATER)

    assert not ReminderAnswer.objects.exists()
