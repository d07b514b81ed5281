"""The weekly summary of a team by mail or chat, as its reader would see follow-up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.utils import timezone

from action_items.reminders import ledger, summary
from action_items.reminders.rendering import summary_letter
from messaging import delivery, mail
from tests.action_items.reminders.mornings import today
from tests.action_items.reminders.ticks import DAY, MONDAY, MONDAY_MORNING, tick
from tests.factories import (
    ActionItemFactory,
    ChannelFactory,
    DoneActionItemFactory,
    IncidentFactory,
    MessageFactory,
    ServiceFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def payments(ana, rita):
    """Create a team led by Ana, with Rita in it."""
    team = TeamFactory(name="Payments", slug="payments", lead=ana)
    team.members.set([ana, rita])
    return team


def by_mail(team):
    return MessageFactory(topic="weekly_summary", team=team, route="mail")


def by_chat(team):
    channel = ChannelFactory(team=team)
    return MessageFactory(topic="weekly_summary", team=team, route="chat", channel=channel)


def test_the_mail_contains_the_figures_of_the_page(signed_in, payments, ana, rita):
    now = timezone.now()
    incident = IncidentFactory()
    incident.services.add(ServiceFactory(team=payments))
    ActionItemFactory(incident=incident, owner=rita, due_on=(now - 40 * DAY).date())
    ActionItemFactory(incident=incident)
    DoneActionItemFactory(owner=ana, closed_at=now - 2 * DAY, due_on=now.date())
    DoneActionItemFactory(owner=ana, closed_at=now - 60 * DAY, due_on=now.date())

    week = summary.compose(by_mail(payments), now=now)
    cache.clear()
    page = signed_in(ana).get(week.url).context["numbers"]

    assert week.numbers == page
    assert (page.period.done, page.year.done, page.holders.nobodys) == (1, 2, 1)


def test_channel_and_lead_get_figures_by_their_own_access(payments, ana, rita):
    now = timezone.now()
    ActionItemFactory(owner=rita)
    secret = IncidentFactory(visibility="restricted", owner=ana)
    secret.services.add(ServiceFactory(name="Secret service"))
    ActionItemFactory(incident=secret, owner=ana, due_on=(now - DAY).date())

    mail = summary_letter(by_mail(payments), now)
    chat = summary_letter(by_chat(payments), now)

    assert mail.subject == "Payments: 2 open, 1 overdue, 0 done"
    assert "Secret service: 1" in mail.text
    assert chat.subject == "Payments: 1 open, 0 overdue, 0 done"
    for part in (chat.text, chat.html, chat.chat):
        assert "Secret service" not in part
        assert "estricted incidents are not counted" in part or part == chat.chat


def test_the_lead_can_unsubscribe_by_mail_but_nobody_from_the_channel(payments, ana, client):
    ActionItemFactory(owner=ana)

    mail = summary_letter(by_mail(payments), timezone.now())
    chat = summary_letter(by_chat(payments), timezone.now())
    payments.channels.all().delete()
    assert payments in summary.told()
    client.post(mail.unsubscribe_url)

    for part in (mail.text, mail.html):
        assert mail.unsubscribe_url in part
        assert "/profile/" in part
    assert "/unsubscribe/" not in f"{chat.unsubscribe_url}{chat.text}{chat.html}{chat.chat}"
    assert payments not in summary.told()


def test_without_an_active_lead_it_counts_unrestricted_incidents(payments, ana, rita):
    ActionItemFactory(owner=rita)
    ActionItemFactory(
        incident=IncidentFactory(visibility="restricted", owner=ana), owner_team=payments
    )
    ana.is_active = False
    ana.save()
    payments.refresh_from_db()

    assert summary.compose(by_mail(payments), now=timezone.now()).numbers.holders.open == 1


def test_it_names_the_most_pressing_items_by_priority_then_severity_then_delay(payments, rita):
    now = timezone.now()

    def late(title, *, days, **item):
        severity = item.pop("severity", "SEV3")
        due_on = today() - days * DAY
        incident = IncidentFactory(severity=severity)
        ActionItemFactory(incident=incident, owner=rita, title=title, due_on=due_on, **item)

    late("Third", days=30, priority="P1")
    late("First", days=2, priority="P0", severity="unknown")
    late("Second", days=3, priority="P1", severity="SEV1")
    late("Fourth", days=29, priority="P1")
    late("Fifth", days=90, priority="P2")
    late("Sixth", days=80, priority="P2")
    ActionItemFactory(owner=rita, title="Not late", due_on=today() + DAY, priority="P0")

    letter = summary_letter(by_mail(payments), now)
    in_chat = summary_letter(by_chat(payments), now).chat

    for text in (letter.text, letter.html, in_chat):
        places = [text.index(name) for name in ("First", "Second", "Third", "Fourth", "Fifth")]
        assert places == sorted(places)
        assert "Sixth" not in text
        assert "Not late" not in text
    assert "P1, SEV1, 3 days overdue, Rita Reviewer" in letter.text
    assert "P0, 2 days overdue" in letter.text


def test_an_item_hidden_from_the_reader_is_not_mentioned(payments, ana, rita):
    now = timezone.now()
    secret = IncidentFactory(visibility="restricted", owner=ana)
    ActionItemFactory(incident=secret, owner=ana, title="Hush", due_on=(now - DAY).date())
    ActionItemFactory(owner=ana, title="Plain", due_on=(now - DAY).date())

    to_lead, to_channel = (
        summary_letter(by_mail(payments), now),
        summary_letter(by_chat(payments), now),
    )

    assert "Hush" in to_lead.text
    assert "Hush" not in f"{to_channel.text}{to_channel.html}{to_channel.chat}"
    assert "Plain" in to_channel.chat


@pytest.fixture
def without_a_lead(ana, ben, rita):
    """Create a team of Ana and Ben without lead and channel; Rita is not in it."""
    team = TeamFactory(name="Payments", lead=None)
    team.members.set([ana, ben])
    return team


def test_without_lead_and_channel_each_member_gets_it_in_their_morning(without_a_lead, ana, ben):
    due_on = MONDAY - 2 * DAY  # announced on Monday, so that it is no other news
    secret = IncidentFactory(visibility="restricted", owner=ana)
    ActionItemFactory(owner=ana, title="Rotate the secret", due_on=due_on)
    ActionItemFactory(incident=secret, owner=ana, title="Hush", due_on=due_on)

    by_hour = {
        hour: {mail.to[0]: mail for mail in tick(at, topic="weekly_summary")}
        for hour in range(9, 24)
        for at in [datetime(2026, 3, 2, hour, tzinfo=UTC)]
    }

    told = {hour: list(mails) for hour, mails in by_hour.items() if mails}
    assert told == {9: ["ana@example.com"], 17: ["ben@example.com"]}
    assert "Hush" in by_hour[9]["ana@example.com"].body
    assert "Hush" not in by_hour[17]["ben@example.com"].body
    assert "Rotate the secret" in by_hour[17]["ben@example.com"].body
    assert "/unsubscribe/" in by_hour[17]["ben@example.com"].body
    assert tick(datetime(2026, 3, 3, 9, tzinfo=UTC), topic="weekly_summary") == []


@pytest.mark.parametrize("change", [{"digest": "off"}, {"is_active": False}])
def test_a_member_who_left_or_wants_no_reminders_gets_no_summary(without_a_lead, ana, ben, change):
    ActionItemFactory(owner=ben)
    for name, value in change.items():
        setattr(ana, name, value)
    ana.save()

    assert tick(MONDAY_MORNING, topic="weekly_summary") == []
    assert without_a_lead in summary.told()


def test_who_left_the_team_before_it_was_sent_gets_no_summary(without_a_lead, ana, ben):
    ActionItemFactory(owner=ben)
    keys = ledger.write_due(MONDAY_MORNING)
    without_a_lead.members.remove(ana)

    outcomes = delivery.deliver(keys, clock=lambda: MONDAY_MORNING)

    assert set(outcomes.values()) == {delivery.Outcome.DROPPED}


def test_members_do_not_replace_a_lead_who_opted_out(payments, ana):
    ActionItemFactory(owner=ana)
    ana.digest = "off"
    ana.save()

    assert payments not in summary.told()
    assert tick(MONDAY_MORNING, topic="weekly_summary") == []


def test_a_failed_channel_sends_no_mail_to_people_who_opted_out(payments, ana, rita):
    ana.digest = "off"
    ana.save()
    payments.refresh_from_db()

    assert mail.addresses(by_mail(payments)) == []


def test_a_team_without_action_items_gets_no_summary(payments):
    assert summary_letter(by_mail(payments), timezone.now()) is None
