"""Digests: recipients, contents, and sending each once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from action_items.models import LedgerEntry, ReminderRun
from action_items.reminders import ledger
from messaging import delivery
from messaging.models import Message
from tests.action_items.reminders.ticks import DAY, MONDAY, MONDAY_MORNING, tick
from tests.factories import ActionItemFactory, IncidentFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_owner_gets_one_digest_of_everything_due(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY - DAY, title="Rotate the registry secret")
    ActionItemFactory(owner=ana, due_on=MONDAY + DAY, title="Alert on API server health")
    ActionItemFactory(owner=ana, due_on=MONDAY + 30 * DAY, title="Second staging cluster")
    ActionItemFactory(owner=ana, due_on=None, title="Some day")

    [digest] = tick()

    assert digest.to == ["ana@example.com"]
    assert digest.subject == "1 overdue, 1 due tomorrow"
    assert "Rotate the registry secret" in digest.body
    assert "Alert on API server health" in digest.body
    assert "Second staging cluster" not in digest.body
    assert "Some day" not in digest.body
    [(html, kind)] = digest.alternatives
    assert kind == "text/html"
    assert "Rotate the registry secret" in html


def test_each_line_links_to_its_action_item(ana, settings):
    settings.SITE_URL = "https://nevertwice.example.com"
    item = ActionItemFactory(owner=ana, due_on=MONDAY)

    [digest] = tick()

    link = f"https://nevertwice.example.com/action-items/{item.pk}/"
    assert link in digest.body
    assert f'href="{link}"' in digest.alternatives[0][0]
    assert "https://nevertwice.example.com/profile/" in digest.body


def test_the_same_day_brings_no_second_digest(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY)
    tick()
    ActionItemFactory(owner=ana, due_on=MONDAY)

    assert tick(MONDAY_MORNING + timedelta(hours=1)) == []


def test_nothing_is_sent_on_a_day_without_a_new_step(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY - DAY)
    tick()

    assert tick(MONDAY_MORNING + DAY) == []


def test_earlier_items_are_listed_below_the_news(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY - DAY, title="Late already")
    tick()
    ActionItemFactory(owner=ana, due_on=MONDAY + DAY, title="Newly due")

    [digest] = tick(MONDAY_MORNING + DAY)

    new, before = digest.body.split("YOU WERE REMINDED OF THIS BEFORE")
    assert "Newly due" in new
    assert "Late already" in before


def test_everyone_is_reminded_in_the_morning_of_their_own_zone(ana, ben):
    ActionItemFactory(owner=ana, due_on=MONDAY)
    ActionItemFactory(owner=ben, due_on=MONDAY)

    sent = {
        hour: [m.to[0] for m in tick(datetime(2026, 3, 2, hour, tzinfo=UTC))] for hour in range(24)
    }

    assert {hour: to for hour, to in sent.items() if to} == {
        9: ["ana@example.com"],  # Dublin in winter
        17: ["ben@example.com"],  # Los Angeles
    }


def test_today_is_the_recipients_day(ben):
    kiri = UserFactory(username="kiri", time_zone="Pacific/Auckland")
    ben.digest_hour = 14
    ben.save()
    ActionItemFactory(owner=kiri, due_on=MONDAY + DAY)
    ActionItemFactory(owner=ben, due_on=MONDAY + DAY)

    # Monday afternoon in Los Angeles is Tuesday morning in Auckland.
    sent = tick(datetime(2026, 3, 2, 22, 0, tzinfo=UTC))

    assert {m.to[0]: m.subject for m in sent} == {
        "kiri@example.com": "1 due today",
        "ben@example.com": "1 due tomorrow",
    }


def test_no_digest_is_sent_at_the_weekend(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY - DAY)

    assert tick(MONDAY_MORNING - DAY) == []
    assert len(tick(MONDAY_MORNING)) == 1


@pytest.mark.parametrize("change", [{"digest": "off"}, {"is_active": False}, {"email": ""}])
def test_people_who_opted_out_left_or_have_no_address_get_no_digest(ana, change):
    ActionItemFactory(owner=ana, due_on=MONDAY)
    for name, value in change.items():
        setattr(ana, name, value)
    ana.save()

    assert tick() == []


def test_a_team_is_reminded_through_its_lead(ana, ben):
    team = TeamFactory(lead=ana)
    team.members.set([ana, ben])
    ActionItemFactory(owner_team=team, due_on=MONDAY)

    assert [m.to for m in tick(MONDAY_MORNING)] == [["ana@example.com"]]
    assert tick(MONDAY_MORNING + timedelta(hours=8)) == []


def test_a_team_without_an_active_lead_is_reminded_as_a_whole(ana, ben, rita):
    rita.is_active = False
    rita.save()
    team = TeamFactory(lead=rita)
    team.members.set([ana, ben])
    ActionItemFactory(owner_team=team, due_on=MONDAY)

    sent = [*tick(MONDAY_MORNING), *tick(MONDAY_MORNING + timedelta(hours=8))]

    assert {m.to[0] for m in sent} == {"ana@example.com", "ben@example.com"}


def test_an_item_without_an_owner_reminds_nobody(ana):
    ActionItemFactory(owner_as_written="Ana from hosting", due_on=MONDAY)

    assert tick() == []


def test_reminders_go_on_after_the_postmortem_is_published(ana):
    published = IncidentFactory(status="published", published_at=MONDAY_MORNING)
    ActionItemFactory(incident=published, owner=ana, due_on=MONDAY)

    assert len(tick()) == 1


def test_a_restricted_incident_is_not_mentioned_without_access(ana):
    secret = IncidentFactory(visibility="restricted", title="The secret outage")
    ActionItemFactory(incident=secret, owner=ana, due_on=MONDAY, title="Hush")
    ActionItemFactory(owner=ana, due_on=MONDAY, title="Plain")

    [digest] = tick()

    assert "Plain" in digest.body
    assert "Hush" not in digest.body + digest.alternatives[0][0]
    assert digest.subject == "1 due today"
    assert LedgerEntry.objects.filter(action_item__title="Hush").count() == 0


def test_an_archived_incident_is_not_mentioned(ana):
    gone = IncidentFactory(archived_at=MONDAY_MORNING)
    ActionItemFactory(incident=gone, owner=ana, due_on=MONDAY)

    assert tick() == []
    assert Message.objects.count() == 0


def _finish(item):
    item.status, item.closing_note, item.closed_at = "done", "See the dashboard.", MONDAY_MORNING
    item.save()


def _hide(item):
    item.incident.visibility = "restricted"
    item.incident.save()


def _move(item):
    item.due_on += 20 * DAY
    item.save()


def _hand_over(item):
    item.owner = UserFactory(username="other", digest="off")
    item.save()


def _leave(item):
    item.owner.is_active = False
    item.owner.save()


@pytest.mark.parametrize("change", [_finish, _hide, _move, _hand_over, _leave])
def test_items_changed_between_writing_and_sending_are_left_out(ana, change):
    item = ActionItemFactory(owner=ana, due_on=MONDAY)
    [key] = ledger.write_due(MONDAY_MORNING)
    change(item)

    outcomes = delivery.deliver([key], clock=lambda: MONDAY_MORNING)

    digest = Message.objects.get()
    assert outcomes == {key: delivery.Outcome.DROPPED}
    assert digest.dropped_at == MONDAY_MORNING
    assert mail.outbox == []


def test_after_thirty_days_a_decision_is_requested_once_then_silence(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY - 30 * DAY, title="Forgotten")

    [asked] = tick()
    later = [m for day in range(1, 60) for m in tick(MONDAY_MORNING + day * DAY)]

    assert "DECISION NEEDED" in asked.body
    assert later == []


def test_items_waiting_for_a_decision_are_counted_but_not_repeated(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY - 30 * DAY, title="Forgotten")
    tick()
    ActionItemFactory(owner=ana, due_on=MONDAY + DAY, title="Fresh")

    [digest] = tick(MONDAY_MORNING + DAY)

    assert "Forgotten" not in digest.body
    assert "1 older item needs your decision" in digest.body
    assert digest.subject == "1 due today"


def test_a_new_due_date_restarts_the_steps(ana):
    item = ActionItemFactory(owner=ana, due_on=MONDAY - DAY)
    tick()
    item.due_on = MONDAY + DAY
    item.save()

    [digest] = tick(MONDAY_MORNING + DAY)

    assert digest.subject == "1 due today"


def test_a_new_owner_is_told_even_if_the_old_one_was(ana, rita):
    item = ActionItemFactory(owner=ana, due_on=MONDAY - DAY)
    tick()
    item.owner = rita
    item.save()

    assert [m.to for m in tick(MONDAY_MORNING + timedelta(minutes=45))] == [["rita@example.com"]]


def test_ticks_over_a_quarter_send_each_step_once(ana):
    ActionItemFactory(owner=ana, due_on=date(2026, 3, 18))  # a Wednesday
    start = datetime(2026, 3, 2, tzinfo=UTC)

    sent = [
        (tick_at, message)
        for hour in range(0, 24 * 91, 3)
        for tick_at in [start + timedelta(hours=hour)]
        for message in tick(tick_at)
    ]

    assert [(at.date() - date(2026, 3, 18)).days for at, _ in sent] == [-2, 0, 1, 5, 12, 19, 26, 30]
    assert len({message.extra_headers["Message-ID"] for _, message in sent}) == len(sent)
    assert LedgerEntry.objects.count() == len(sent)


def test_a_digest_that_could_not_be_sent_is_kept_and_sent_later(ana, settings):
    ActionItemFactory(owner=ana, due_on=MONDAY)
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # no server listens there

    tick()

    digest = Message.objects.get()
    assert digest.attempts == 1
    assert digest.sent_at is None
    assert "refused" in digest.last_error
    settings.EMAIL_BACKEND = working
    assert tick(MONDAY_MORNING + timedelta(seconds=50)) == []
    [message] = tick(MONDAY_MORNING + timedelta(minutes=15))
    digest.refresh_from_db()
    assert message.extra_headers["Message-ID"] == digest.message_id
    assert digest.last_error == ""


def test_an_invalid_address_does_not_stop_the_others(ana, rita, settings):
    broken = UserFactory(username="broken", email="a\nb@example.com")
    for person in (broken, ana, rita):
        ActionItemFactory(owner=person, due_on=MONDAY)

    sent = tick()

    assert {m.to[0] for m in sent} == {"ana@example.com", "rita@example.com"}
    assert Message.objects.get(recipient=broken).last_error


def _queries_of_a_tick(now: datetime) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        tick(now)
    return len(queries)


def test_the_number_of_queries_does_not_grow_with_items(ana, rita):
    ReminderRun.objects.note(MONDAY_MORNING)
    ActionItemFactory(owner=ana, due_on=MONDAY)
    one = _queries_of_a_tick(MONDAY_MORNING)
    for _ in range(20):
        ActionItemFactory(owner=rita, due_on=MONDAY)

    assert _queries_of_a_tick(MONDAY_MORNING) == one


def test_the_number_of_queries_does_not_grow_with_people_and_what_only_they_may_see(ana, rita):
    def restricted(owner) -> None:
        incident = IncidentFactory(visibility="restricted", owner=owner)
        ActionItemFactory(incident=incident, owner=owner, due_on=MONDAY)

    def queries(day: datetime) -> int:
        with CaptureQueriesContext(connection) as made:
            ledger.write_due(day)
        return len(made)

    ReminderRun.objects.note(MONDAY_MORNING)
    restricted(ana)
    restricted(rita)
    one = queries(MONDAY_MORNING)
    for _ in range(20):
        restricted(UserFactory(role=Role.AUTHOR))

    assert queries(MONDAY_MORNING) == one
    assert LedgerEntry.objects.count() == 22


def test_people_without_news_cost_no_extra_query(ana, rita):
    def silent(count: int) -> None:
        for _ in range(count):
            ActionItemFactory(owner=UserFactory(role=Role.VIEWER), due_on=MONDAY - 40 * DAY)

    silent(1)
    tick()
    tuesday = MONDAY_MORNING + DAY
    few = _queries_of_a_tick(tuesday)
    silent(20)
    tick(tuesday)

    assert _queries_of_a_tick(tuesday + DAY) == few


def test_the_command_runs_one_tick_and_reports_the_result(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY)
    out = StringIO()

    call_command("send_reminders", "--now", "2026-03-02T10:00:00Z", stdout=out)

    assert out.getvalue() == "1 written\n1 sent\n"
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("now", "hint"),
    [("2026-03-02T12:00:00", "no time zone"), ("tomorrow", "expected a moment")],
)
def test_the_command_refuses_an_ambiguous_moment(now, hint):
    with pytest.raises(CommandError, match=hint):
        call_command("send_reminders", "--now", now)


def test_titles_are_safe_in_html_and_plain_in_text(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY, title="<script>alert(1)</script> & more")

    [digest] = tick()

    assert "<script>alert(1)</script> & more" in digest.body
    assert "<script>alert" not in digest.alternatives[0][0]
