"""Recipients of reminders besides the owner, their days, and people who must not get any."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Holiday
from action_items.models import LedgerEntry, PostmortemReminder
from action_items.reminders import digest, ledger
from incidents.operations import postmortems
from messaging.models import Message
from tests.action_items.reminders.ticks import DAY, MONDAY, MONDAY_MORNING, tick
from tests.factories import (
    ActionItemFactory,
    IncidentFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def letters(days: int, start: int = 0) -> dict[tuple[int, str], str]:
    """Return the digests of that many days at noon: text in lower case, by (days after Monday,
    person).
    """
    return {
        (day, sent.to[0].removesuffix("@example.com")): sent.body.lower()
        for day in range(start, start + days)
        for sent in tick(MONDAY_MORNING + day * DAY)
    }


@pytest.fixture
def payments(ana, rita):
    """Create a team led by Ana, with Rita in it."""
    team = TeamFactory(name="Payments", lead=ana)
    team.members.set([ana, rita])
    return team


def test_the_lead_is_told_once_when_a_members_item_is_a_week_late(payments, rita):
    ActionItemFactory(owner=rita, due_on=MONDAY - 7 * DAY, title="Alert on expiry")

    told = letters(20)

    assert [day for day, who in told if who == "ana"] == [0]
    assert "overdue in your team" in told[0, "ana"]
    assert "rita reviewer: 7 days overdue" in told[0, "ana"]
    assert "overdue in your team" not in told[0, "rita"]


def test_a_lead_is_not_told_about_their_own_items_as_lead(payments, ana):
    ActionItemFactory(owner=ana, due_on=MONDAY - 7 * DAY)

    tick()

    assert [entry.step for entry in LedgerEntry.objects.all()] == ["overdue_7"]


def test_items_of_a_departed_owner_go_to_the_team_at_once(payments, rita):
    ActionItemFactory(owner=rita, due_on=MONDAY + 9 * DAY, title="Second staging cluster")
    rita.is_active = False
    rita.save()

    told = letters(10)

    assert [key for key in told] == [(0, "ana"), (7, "ana"), (9, "ana")]
    assert "their owner is deactivated" in told[0, "ana"]
    assert "rita reviewer is deactivated" in told[0, "ana"]
    assert "their owner is deactivated" not in told[7, "ana"]
    assert "due wednesday 11 march" in told[7, "ana"]


def test_items_of_a_departed_owner_without_a_team_go_to_the_postmortem_owner(ana, rita):
    ActionItemFactory(incident=IncidentFactory(owner=ana), owner=rita, title="Orphan")
    rita.is_active = False
    rita.save()

    assert "orphan" in letters(1)[0, "ana"]


def test_an_owner_is_requested_after_two_working_days(ana):
    friday = MONDAY_MORNING - 3 * DAY
    incident = IncidentFactory(owner=ana, status="published", published_at=friday)
    ActionItemFactory(incident=incident, title="Nobody’s", created_at=friday)

    told = letters(20)

    assert list(told) == [(1, "ana")]
    assert "assign each to a person or a team" in told[1, "ana"]
    assert "unassigned since friday 27 february" in told[1, "ana"]


@pytest.mark.parametrize("keeper", ["owner", "created_by", "administrator"])
def test_the_keeper_of_the_postmortem_is_asked_for_an_owner(ana, omar, rita, keeper):
    rita.is_active = False
    rita.save()
    people = {"owner": {"owner": ana}, "created_by": {"owner": rita, "created_by": ana}}
    incident = IncidentFactory(**people.get(keeper, {}))
    ActionItemFactory(incident=incident, created_at=MONDAY_MORNING - 7 * DAY)

    told = letters(1)

    assert [who for _, who in told] == ["omar" if keeper == "administrator" else "ana"]


def test_items_of_a_retold_write_up_remind_nobody(omar):
    retold = IncidentFactory(source_url="https://example.com/postmortem")
    ActionItemFactory(incident=retold, origin="source", created_at=MONDAY_MORNING - 30 * DAY)

    assert letters(3) == {}


def test_a_declined_item_comes_back_on_its_day(ana):
    ActionItemFactory(
        owner=ana,
        status="wont_do",
        closing_note="Too dear.",
        accepted_risk="An hour of manual work.",
        re_review_on=MONDAY + DAY,
        closed_at=MONDAY_MORNING - 90 * DAY,
        title="Second region",
    )

    told = letters(10)

    assert list(told) == [(1, "ana")]
    assert "is the risk still acceptable?" in told[1, "ana"]
    assert "declined 2 december 2025" in told[1, "ana"]


def test_a_snoozed_item_is_silent_until_its_day_and_then_comes_back(ana):
    ActionItemFactory(
        owner=ana, due_on=MONDAY - 3 * DAY, snoozed_until=MONDAY + 2 * DAY, title="Later"
    )

    assert list(letters(5)) == [(2, "ana")]


@pytest.mark.parametrize("keeper", ["owner", "created_by"])
def test_an_untouched_draft_is_mentioned_once_to_its_keeper(ana, keeper):
    IncidentFactory(
        **{keeper: ana}, title="Half a story", updated_at=MONDAY_MORNING - 6 * DAY, status="draft"
    )

    told = letters(20)

    assert list(told) == [(1, "ana")]
    assert "half a story" in told[1, "ana"]
    assert "unchanged since tuesday 24 february" in told[1, "ana"]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "published", "published_at": MONDAY_MORNING},
        {"status": "not_required", "not_required_reason": "A drill."},
        {"archived_at": MONDAY_MORNING},
    ],
)
def test_a_finished_postmortem_reminds_nobody(ana, fields):
    IncidentFactory(owner=ana, updated_at=MONDAY_MORNING - 60 * DAY, **fields)

    assert letters(3) == {}


def test_a_pending_review_is_mentioned_to_its_owner_and_the_teams_reviewers(payments, ana, rita):
    UserFactory(username="elsewhere", role="reviewer")
    incident = IncidentFactory(owner=ana, title="Ready to read")
    postmortems.request_review(incident, by=ana, at=MONDAY_MORNING)

    told = letters(20)

    assert set(told) == {(3, "ana"), (3, "rita")}
    assert "in review since monday 2 march" in told[3, "rita"]


def test_without_a_team_a_review_waits_for_all_reviewers(ana, rita):
    incident = IncidentFactory(owner=ana)
    postmortems.request_review(incident, by=ana, at=MONDAY_MORNING - 7 * DAY)

    assert {who for _, who in letters(1)} == {"ana", "rita"}


def test_a_postmortem_published_before_sending_is_not_mentioned(ana):
    incident = IncidentFactory(owner=ana, updated_at=MONDAY_MORNING - 30 * DAY)
    [key] = ledger.write_due(MONDAY_MORNING)
    assert PostmortemReminder.objects.get().message_id == key
    incident.status, incident.published_at = "published", MONDAY_MORNING
    incident.save()

    assert digest.compose(Message.objects.get(), now=MONDAY_MORNING) is None


def test_no_role_reveals_a_restricted_incident(payments, ana, rita, omar):
    secret = IncidentFactory(visibility="restricted", title="The secret outage", created_by=omar)
    late = MONDAY - 8 * DAY
    ActionItemFactory(incident=secret, owner=rita, due_on=late, title="Hush, said to the lead")
    ActionItemFactory(incident=secret, owner_team=payments, due_on=late, title="Hush, of the team")
    gone = UserFactory(username="gone", is_active=False)
    payments.members.add(gone)
    ActionItemFactory(incident=secret, owner=gone, title="Hush, left behind")

    told = letters(3)

    assert {who for _, who in told} <= {"omar"}
    assert LedgerEntry.objects.exclude(recipient=omar).count() == 0


def test_everything_comes_in_one_digest_a_day(payments, ana, rita):
    ActionItemFactory(owner=ana, due_on=MONDAY)
    ActionItemFactory(owner=rita, due_on=MONDAY - 8 * DAY)
    ActionItemFactory(incident=IncidentFactory(owner=ana), created_at=MONDAY_MORNING - 9 * DAY)
    IncidentFactory(owner=ana, updated_at=MONDAY_MORNING - 30 * DAY)

    to_ana = [letter for letter in tick() if letter.to == ["ana@example.com"]]

    [letter] = to_ana
    assert letter.subject == (
        "1 due today, 1 unassigned, 1 overdue in your team, 1 to write or review"
    )


def test_no_reminders_are_sent_on_holidays_and_quiet_days(payments, ana, rita, vera):
    Holiday.objects.create(on=MONDAY, name="Founders’ day", team=payments)
    rita.quiet_weekdays = [2]
    rita.save()
    for person in (ana, rita, vera):
        ActionItemFactory(owner=person, due_on=MONDAY)

    told = letters(3)

    assert {(day, who) for day, who in told} == {
        (0, "vera"),
        (1, "vera"),
        (1, "ana"),
        (2, "rita"),
    }


def test_reminders_are_sent_from_the_chosen_hour_on(vera):
    vera.digest_hour = 15
    vera.save()
    ActionItemFactory(owner=vera, due_on=MONDAY)

    assert tick(MONDAY_MORNING + timedelta(hours=3)) == []
    assert len(tick(MONDAY_MORNING + timedelta(hours=4))) == 1


def test_a_weekly_digest_contains_everything_on_monday(ana):
    ana.digest = "weekly"
    ana.save()
    for due_on in (MONDAY - 2 * DAY, MONDAY + DAY, MONDAY + 4 * DAY, MONDAY + 30 * DAY):
        ActionItemFactory(owner=ana, due_on=due_on)

    sent = [(day, m.subject) for day in range(8) for m in tick(MONDAY_MORNING + day * DAY)]

    assert sent == [
        (0, "1 overdue, 1 due tomorrow, 1 due Friday"),
        (7, "3 overdue"),
    ]


def test_a_team_gets_its_summary_on_monday(payments, ana, rita):
    ActionItemFactory(owner=rita, due_on=MONDAY - DAY)
    ActionItemFactory(owner_team=payments, due_on=MONDAY + 20 * DAY)
    secret = IncidentFactory(visibility="restricted", owner=rita)
    ActionItemFactory(incident=secret, owner=rita, due_on=MONDAY - DAY)

    sent = {day: tick(MONDAY_MORNING + day * DAY, topic="weekly_summary") for day in range(-3, 7)}

    assert [day for day, mails in sent.items() if mails] == [0]
    [summary] = sent[0]
    assert summary.to == ["ana@example.com"]
    assert summary.subject == "Payments: 2 open, 1 overdue, 0 done"
    assert tick(MONDAY_MORNING + timedelta(hours=1), topic="weekly_summary") == []


def test_a_team_without_channel_whose_lead_opted_out_gets_no_summary(payments, ana):
    ana.digest = "off"
    ana.save()
    ActionItemFactory(owner_team=payments, due_on=MONDAY - DAY)

    assert tick(topic="weekly_summary") == []


def test_composing_a_digest_takes_as_many_queries_for_three_lines_as_for_one(payments, ana, rita):
    def some(count: int) -> None:
        for _ in range(count):
            ActionItemFactory(owner=ana, due_on=MONDAY)
            ActionItemFactory(owner=rita, due_on=MONDAY - 8 * DAY)
            ActionItemFactory(
                incident=IncidentFactory(owner=ana), created_at=MONDAY_MORNING - 9 * DAY
            )
            IncidentFactory(owner=ana, updated_at=MONDAY_MORNING - 30 * DAY)

    def queries() -> int:
        Message.objects.all().delete()
        ledger.write_due(MONDAY_MORNING)
        message = Message.objects.select_related("recipient").get(recipient=ana)
        with CaptureQueriesContext(connection) as captured:
            digest.compose(message, now=MONDAY_MORNING)
        return len(captured)

    some(1)
    one = queries()
    some(2)

    assert queries() == one
