"""Announcements of assigned action items: recipients, message, and sending each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from action_items.follow_up import Scope, follow_up
from action_items.models import Assigned, LedgerEntry
from action_items.operations import action_items, reminder_policies
from action_items.operations.action_items import Change, GivenTo, Terms
from action_items.reminders import immediate, preview
from action_items.reminders.policy import Policy
from incidents.exchange import parse, render_incident
from incidents.models import ActionItem
from incidents.operations import importing
from messaging import composing, delivery
from messaging.models import Message
from tests.action_items.reminders.ticks import DAY, MONDAY, MONDAY_MORNING, tick
from tests.factories import ActionItemFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

FRIDAY_MORNING = MONDAY_MORNING - 3 * DAY
MINUTES = timedelta(minutes=1)


@pytest.fixture
def item(ana) -> ActionItem:
    """Create an item of Ana’s that is not due for weeks."""
    return ActionItemFactory(
        owner=ana, title="Alert on expiry", due_on=MONDAY + 40 * DAY, priority="P2"
    )


@pytest.fixture
def urgent(item) -> ActionItem:
    item.priority = "P0"
    item.save()
    return item


def give(
    item: ActionItem, to: User | None, by: User, at: datetime = FRIDAY_MORNING, **more
) -> None:
    action_items.reassign(item, owner=to, by=by, at=at, **more)


def minute(now: datetime) -> list[EmailMessage]:
    """Run the tick of one minute, and return the mails that it sent."""
    before = len(mail.outbox)
    immediate.write_due(now)
    delivery.deliver(delivery.due(now), clock=lambda: now)
    return mail.outbox[before:]


def change_in_a_list(item: ActionItem, to: User, by: User) -> None:
    change = partial(action_items.change, to=Change(owner=GivenTo(person=to)))
    action_items.each([item], partial(change, by=by, at=FRIDAY_MORNING))


def promise_anew(item: ActionItem, to: User, by: User) -> None:
    terms = Terms(title="Alert on expiry", owner=to)
    action_items.add(item.incident, terms=terms, by=by, at=FRIDAY_MORNING)


def write_anew(item: ActionItem, to: User, by: User) -> None:
    terms = Terms(title="Alert on expiry", owner=to, due_on=item.due_on)
    action_items.edit(item, terms=terms, version=1, by=by, at=FRIDAY_MORNING)


@pytest.mark.parametrize("way", [give, change_in_a_list, promise_anew, write_anew])
def test_a_new_owner_is_told_by_whom_in_the_next_digest(way, ana, ben, item):
    way(item, ben, ana)

    [told] = tick(MONDAY_MORNING + timedelta(hours=6))

    assert told.to == ["ben@example.com"]
    assert told.subject == "1 new for you"
    assert "NEW FOR YOU" in told.body
    assert "Alert on expiry" in told.body
    assert "Ana Author assigned it to you" in told.body
    assert "Ana Author assigned it to you" in told.alternatives[0][0]
    assert tick(MONDAY_MORNING + DAY + timedelta(hours=6)) == []


@pytest.mark.parametrize("way", [give, change_in_a_list, promise_anew, write_anew])
def test_assigning_an_item_to_oneself_is_no_news(way, ben, item):
    way(item, ben, ben)

    assert tick(MONDAY_MORNING + timedelta(hours=6)) == []


def test_an_owner_set_by_an_import_is_no_news(ana, ben, item):
    give(item, ana, ben)
    give(item, ben, ana)
    text = render_incident(item.incident).replace("Owner: ben", "Owner: rita")
    UserFactory(username="rita")

    importing.store(parse(text, name="x.md"), by=ana, at=MONDAY_MORNING)

    item.refresh_from_db()
    assert (item.owner.username, item.given_at, item.given_by) == ("rita", None, None)
    assert tick(MONDAY_MORNING + timedelta(hours=6)) == []


def test_an_import_that_keeps_the_owner_keeps_the_news(ana, ben, item):
    give(item, ben, ana)
    text = render_incident(item.incident).replace("other · P2", "detect · P3")

    importing.store(parse(text, name="x.md"), by=ana, at=MONDAY_MORNING)

    item.refresh_from_db()
    assert item.priority == "P3"
    assert "Alert on expiry" in tick(MONDAY_MORNING + timedelta(hours=6))[0].body


def test_the_note_of_an_assignment_is_in_the_digest(ana, ben, item):
    give(item, ben, ana, note="Look at the\nstaging cluster first.")

    [told] = tick(MONDAY_MORNING + timedelta(hours=6))

    assert "“Look at the staging cluster first.”" in told.body
    assert "“Look at the staging cluster first.”" in told.alternatives[0][0]


def test_an_assignment_withdrawn_before_writing_is_never_announced(ana, ben, item):
    give(item, ben, ana)
    give(item, ana, ana, at=FRIDAY_MORNING + MINUTES)

    assert tick(MONDAY_MORNING + timedelta(hours=6)) == []


def test_an_assignment_withdrawn_before_sending_is_left_out(ana, ben, urgent):
    give(urgent, ben, ana, at=MONDAY_MORNING + timedelta(hours=6))
    immediate.write_due(MONDAY_MORNING + timedelta(hours=6, minutes=3))
    give(urgent, ana, ana, at=MONDAY_MORNING + timedelta(hours=6, minutes=4))

    now = MONDAY_MORNING + timedelta(hours=6, minutes=5)
    delivery.deliver(delivery.due(now), clock=lambda: now)

    assert mail.outbox == []
    assert Message.objects.get().dropped_at == now


@pytest.mark.parametrize("has_lead", [True, False])
def test_items_assigned_to_a_team_are_announced_to_its_lead_or_members(
    ana, ben, rita, item, has_lead
):
    team = TeamFactory(name="Payments", lead=rita if has_lead else None)
    team.members.set([ana, ben, rita])

    action_items.reassign(item, owner_team=team, by=ana, at=FRIDAY_MORNING)

    told = [*tick(MONDAY_MORNING), *tick(MONDAY_MORNING + timedelta(hours=6))]
    assert {each.to[0] for each in told} == (
        {"rita@example.com"} if has_lead else {"ben@example.com", "rita@example.com"}
    )
    assert all("Ana Author assigned it to Payments" in each.body for each in told)


def test_an_owner_who_lost_access_is_told_nothing(ana, ben, urgent):
    give(urgent, ben, ana, at=MONDAY_MORNING)
    urgent.incident.visibility = "restricted"
    urgent.incident.save()

    assert minute(MONDAY_MORNING + timedelta(hours=6)) == []
    assert tick(MONDAY_MORNING + timedelta(hours=6)) == []
    assert LedgerEntry.objects.count() == 0


def test_urgent_items_are_sent_at_once_and_not_repeated_in_the_digest(ana, ben, urgent):
    noon_there = MONDAY_MORNING + timedelta(hours=8)
    give(urgent, ben, ana, at=noon_there)

    assert minute(noon_there + MINUTES) == []
    [told] = minute(noon_there + 2 * MINUTES)
    again = minute(noon_there + 3 * MINUTES)
    next_day = tick(noon_there + DAY)

    assert told.subject == "P0 for you: 1 action item"
    assert "Alert on expiry" in told.body
    assert "do not wait for your next digest" in told.body
    assert (again, next_day) == ([], [])
    assert [entry.step for entry in LedgerEntry.objects.all()] == ["assigned"]


def test_urgent_items_assigned_after_the_morning_are_in_the_next_digest(ana, ben, urgent):
    """Ben is in Los Angeles, where it is 22:10."""
    given_at = datetime(2026, 3, 3, 6, 10, tzinfo=UTC)
    give(urgent, ben, ana, at=given_at)

    told = {
        at: [*minute(at), *tick(at)]
        for at in (given_at + n * timedelta(minutes=30) for n in range(1, 48))
    }

    assert [(at, [each.subject for each in mails]) for at, mails in told.items() if mails] == [
        (datetime(2026, 3, 3, 17, 10, tzinfo=UTC), ["1 new for you"])
    ]


def test_several_urgent_items_are_one_message(ana, ben):
    for n in range(3):
        promised = ActionItemFactory(owner=ana, priority="P0", title=f"Promise {n}-")
        give(promised, ben, ana, at=MONDAY_MORNING + timedelta(hours=6))

    [told] = minute(MONDAY_MORNING + timedelta(hours=6, minutes=2))

    assert told.subject == "P0 for you: 3 action items"
    assert all(f"Promise {n}-" in told.body for n in range(3))


def test_urgent_items_wait_for_the_digest_of_the_next_working_day(ana, ben, urgent):
    saturday = MONDAY_MORNING - 2 * DAY
    give(urgent, ben, ana, at=saturday)

    assert minute(saturday + timedelta(hours=6)) == []
    assert minute(MONDAY_MORNING + timedelta(hours=6)) == []
    assert "Alert on expiry" in tick(MONDAY_MORNING + timedelta(hours=6))[0].body


def test_urgent_items_reach_weekly_recipients_on_the_next_working_day(ana, ben, urgent):
    ben.digest, ben.quiet_weekdays = "weekly", [2]
    ben.save()
    give(urgent, ben, ana, at=MONDAY_MORNING + timedelta(hours=14))

    days = {ahead: minute(MONDAY_MORNING + ahead * DAY + timedelta(hours=6)) for ahead in (1, 2, 3)}

    assert [ahead for ahead, told in days.items() if told] == [2]


def test_preferences_and_channels_apply_to_urgent_items(ana, ben, urgent):
    ben.digest = "off"
    ben.save()
    give(urgent, ben, ana, at=MONDAY_MORNING)
    assert minute(MONDAY_MORNING + timedelta(hours=6)) == []

    ben.digest, ben.digest_by = "daily", "inbox"
    ben.save()

    assert (
        minute(MONDAY_MORNING + timedelta(hours=6))
        == tick(MONDAY_MORNING + timedelta(hours=6))
        == []
    )
    message = Message.objects.inbox_of(ben).get()
    letter = composing.compose(message, MONDAY_MORNING + timedelta(hours=6))
    assert letter is not None
    assert "Ana Author assigned it to you" in letter.chat
    assert "[Reassign](" in letter.chat


@pytest.mark.parametrize(
    ("assigned", "at_once_of", "in_digest_of"),
    [
        (Assigned.NEVER, [], []),
        (Assigned.DIGEST, [], ["P0", "P1", "P2"]),
        (Assigned.P1_AT_ONCE, ["P0", "P1"], ["P2"]),
    ],
)
def test_the_policy_decides_which_assignments_are_announced_and_when(
    ana, ben, omar, assigned, at_once_of, in_digest_of
):
    terms = replace(Policy(), assigned=assigned)
    reminder_policies.save_policy(terms, number=0, by=omar, at=FRIDAY_MORNING)
    for priority in ("P0", "P1", "P2"):
        promised = ActionItemFactory(owner=ana, priority=priority, title=f"Of {priority}.")
        give(promised, ben, ana, at=MONDAY_MORNING + timedelta(hours=7))

    now = "".join(each.body for each in minute(MONDAY_MORNING + timedelta(hours=8)))
    later = "".join(each.body for each in tick(MONDAY_MORNING + DAY + timedelta(hours=8)))

    named = [[p for p in ("P0", "P1", "P2") if f"Of {p}." in text] for text in (now, later)]
    assert named == [at_once_of, in_digest_of]


def test_the_preview_lists_new_assignments(ana, ben, item):
    give(item, ben, ana)
    never = replace(Policy(), assigned=Assigned.NEVER)

    rows = preview.preview([ben], saved=Policy(), changed=never, now=MONDAY_MORNING)

    assert [(row.day, row.saved and row.saved.summary) for row in rows] == [
        (MONDAY, "1 newly assigned")
    ]
    assert rows[0].changed is None


def test_an_urgent_message_about_a_completed_item_is_empty(ana, ben, urgent):
    give(urgent, ben, ana, at=MONDAY_MORNING + timedelta(hours=6))
    minute(MONDAY_MORNING + timedelta(hours=7))
    message = Message.objects.get()

    action_items.complete(
        urgent, evidence="It is there.", by=ben, at=MONDAY_MORNING + timedelta(hours=8)
    )

    assert composing.compose(message, MONDAY_MORNING + timedelta(hours=9)) is None


def test_an_announced_assignment_is_not_counted_as_a_reminder(ana, ben, item):
    give(item, ben, ana)
    tick(MONDAY_MORNING + timedelta(hours=6))
    action_items.complete(item, evidence="It is there.", by=ben, at=MONDAY_MORNING + DAY)

    numbers = follow_up(
        ben,
        Scope(
            today=MONDAY + 2 * DAY,
            since=MONDAY - 30 * DAY,
            zone=MONDAY_MORNING.tzinfo,
            decision_after=30,
        ),
    )

    assert (numbers.effort.closed, numbers.effort.reminders) == (1, 0)


def test_assignments_take_as_many_queries_for_three_items_as_for_one(ana, ben):
    def count(items: int) -> int:
        for _ in range(items):
            promised = ActionItemFactory(owner=ana, priority="P0")
            give(promised, ben, ana, at=MONDAY_MORNING + timedelta(hours=6))
        with CaptureQueriesContext(connection) as queries:
            assert len(minute(MONDAY_MORNING + timedelta(hours=7))) == 1
        LedgerEntry.objects.all().delete()
        Message.objects.all().delete()
        return len(queries)

    assert count(1) == count(2)


def test_the_note_of_an_assignment_is_plain_text_in_a_mail(ana, ben, item):
    give(item, ben, ana, note="**Drain** `node` <pod-name> first.")

    [told] = tick(MONDAY_MORNING + timedelta(hours=6))

    assert "“Drain node <pod-name> first.”" in told.body
    assert "“Drain node &lt;pod-name&gt; first.”" in told.alternatives[0][0]
