"""A team's week in a mail or a chat: the page of follow-up, as its reader would see it."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.utils import timezone

from incidents.reminders import summary
from incidents.reminders.letters import summary_letter
from tests.factories import (
    ActionItemFactory,
    ChannelFactory,
    DoneActionItemFactory,
    IncidentFactory,
    MessageFactory,
    ServiceFactory,
    TeamFactory,
)
from tests.incidents.reminders.ticks import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def payments(ana, rita):
    """A team led by Ana, with Rita in it."""
    team = TeamFactory(name="Payments", slug="payments", lead=ana)
    team.members.set([ana, rita])
    return team


def by_mail(team):
    return MessageFactory(topic="weekly_summary", team=team, route="mail")


def by_chat(team):
    channel = ChannelFactory(team=team)
    return MessageFactory(topic="weekly_summary", team=team, route="chat", channel=channel)


def test_the_mail_holds_the_numbers_of_the_page(signed_in, payments, ana, rita):
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


def test_the_channel_counts_what_everybody_may_see_and_the_lead_what_the_lead_may(
    payments, ana, rita
):
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


def test_its_lead_can_stop_it_from_the_mail_and_nobody_from_the_channel(payments, ana, client):
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


def test_without_an_active_lead_it_counts_what_everybody_may_see(payments, ana, rita):
    ActionItemFactory(owner=rita)
    ActionItemFactory(
        incident=IncidentFactory(visibility="restricted", owner=ana), owner_team=payments
    )
    ana.is_active = False
    ana.save()
    payments.refresh_from_db()

    assert summary.compose(by_mail(payments), now=timezone.now()).numbers.holders.open == 1


def test_a_team_that_promised_nothing_hears_nothing(payments):
    assert summary_letter(by_mail(payments), timezone.now()) is None
