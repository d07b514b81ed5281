"""The layout of digests with one item and with fifty, and what they never contain."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from django.core import mail

from action_items.reminders import ledger
from incidents.models import Incident
from messaging import composing, delivery
from messaging.models import Message
from tests.action_items.reminders.mornings import sent_digest, today
from tests.factories import NOON, ActionItemFactory, IncidentFactory, TeamFactory, UserFactory

MORNING = NOON - timedelta(hours=2)

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
CUT_OFF = 102_000  # bytes of HTML after which Gmail clips a mail


class Page(HTMLParser):
    """Parser of a mail's elements, with the resources that they load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loaded: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loaded += [value for name, value in attrs if name in {"src", "background"}]


def digest_of(person) -> composing.Letter:
    ledger.write_due(MORNING)
    letter = composing.compose(Message.objects.get(recipient=person, topic="digest"), MORNING)
    assert letter is not None
    return letter


@pytest.mark.parametrize("count", [1, 50])
def test_every_item_is_in_html_and_text_with_incident_day_and_links(ana, count):
    incident = IncidentFactory(title="Registry down")
    for number in range(count):
        ActionItemFactory(
            owner=ana, incident=incident, position=number, due_on=MONDAY, title=f"Promise {number}."
        )

    letter = digest_of(ana)

    assert letter.subject == f"{count} due today"
    for number in range(count):
        assert letter.html.count(f">Promise {number}.<") == 1
        assert letter.text.count(f"* Promise {number}.\n") == 1
    assert letter.html.count(f"{incident.reference} Registry down") == count
    assert letter.html.count("/answer/") == 4 * count
    assert letter.text.count("/answer/") == count
    assert len(letter.html.encode()) < CUT_OFF


def test_the_mail_loads_nothing_and_runs_nothing(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY)

    page = Page(digest_of(ana).html)

    assert page.loaded == []
    assert not {"img", "script", "link", "iframe", "form"} & set(page.tags)


def test_each_section_has_a_heading(ana, omar):
    gone = UserFactory(is_active=False, full_name="Kim Gone")
    cleo = UserFactory(full_name="Cleo Coder")
    TeamFactory(lead=ana).members.add(gone, cleo)
    kept = IncidentFactory(owner=ana, updated_at=MORNING - 20 * DAY, title="Cache stampede")
    old = {"created_at": MORNING - 90 * DAY, "incident": kept}
    ActionItemFactory(owner=ana, due_on=MONDAY - 30 * DAY, title="Decide me", **old)
    ActionItemFactory(owner=ana, due_on=MONDAY - 3 * DAY, title="Late me", **old)
    ActionItemFactory(owner=ana, due_on=MONDAY, title="Today me", **old)
    ActionItemFactory(owner=ana, due_on=MONDAY + DAY, title="Soon me", **old)
    ActionItemFactory(owner=gone, due_on=MONDAY - DAY, title="Left me", **old)
    ActionItemFactory(title="Nobody's me", **old)
    ActionItemFactory(owner=cleo, due_on=MONDAY - 8 * DAY, title="Team me", **old)
    ActionItemFactory(
        owner=ana,
        status="wont_do",
        closed_at=MORNING - 90 * DAY,
        closing_note="Too dear.",
        accepted_risk="It happens again.",
        re_review_on=MONDAY,
        title="Declined me",
        **old,
    )

    letter = digest_of(ana)

    spoken = [
        line
        for line in letter.text.splitlines()
        if line.startswith("* ") or re.fullmatch(r"[A-Z][A-Z -]+", line)
    ]
    assert spoken == [
        *("DECISION NEEDED", "* Decide me", "OVERDUE", "* Late me"),
        *("DUE TODAY", "* Today me", "DUE SOON", "* Soon me", "OWNER DEACTIVATED", "* Left me"),
        *("UNASSIGNED", "* Nobody's me", "RE-REVIEW DUE", "* Declined me"),
        *("OVERDUE IN YOUR TEAM", "* Team me", "PENDING POSTMORTEMS", "* Cache stampede"),
    ]
    assert letter.subject == "2 overdue, 1 due today, 1 due tomorrow, 5 more"


def test_a_chat_message_lists_ten_items_and_counts_the_others(ana):
    for number in range(25):
        ActionItemFactory(owner=ana, due_on=MONDAY, title=f"Promise {number}.")

    chat = digest_of(ana).chat

    assert chat.count("- **[Promise") == 10
    assert "And 15 more" in chat
    assert chat.count("[Won’t do](") == 10


def test_a_title_makes_no_link_in_a_chat(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY, title="See [here](https://evil.example) <now>")

    chat = digest_of(ana).chat

    assert "[See (here)(https://evil.example) ‹now›](http" in chat


def test_the_mail_explains_why_it_was_sent_and_how_to_unsubscribe(ana):
    ActionItemFactory(owner=ana, due_on=MONDAY)

    letter = digest_of(ana)

    for words in (letter.html, letter.text):
        assert "You get this because" in words
        assert "/profile/" in words
        assert letter.unsubscribe_url in words


def test_items_restricted_before_sending_are_not_mentioned_to_others(
    client, signed_in, ana, ben, rita
):
    lead, incident = ana, IncidentFactory(title="Zanzibar merger", owner=rita)
    team = TeamFactory(lead=lead)
    team.members.add(ben)
    item = {"incident": incident, "due_on": today() - 10 * DAY, "title": "Hide the papers"}
    ActionItemFactory(owner=ana, position=1, **item)
    ActionItemFactory(owner=ben, position=2, **item)
    ActionItemFactory(owner=ana, due_on=today() - DAY, title="Tell everybody")
    [before] = sent_digest(ana)
    addresses = re.findall(r'href="[^"]+(/answer/[^"]+)"', before.alternatives[0][0])
    assert "Zanzibar" in before.body

    Incident.objects.filter(pk=incident.pk).update(visibility="restricted")

    message = Message.objects.get(recipient=ana, topic="digest")
    now = composing.compose(message, message.written_at)
    assert now is not None
    inbox = signed_in(ana).get(f"/inbox/{message.pk}/").content.decode()
    pages = [client.get(address).content.decode() for address in addresses]
    told = [now.subject, now.html, now.text, now.chat, inbox, *pages, *_summaries(team)]
    assert "Tell everybody" in now.text
    for words in told:
        assert "Zanzibar" not in words
        assert "Hide the papers" not in words
        assert incident.reference not in words


def _summaries(team) -> list[str]:
    """Draw the summary of a team's week."""
    message = Message.objects.create(
        **{"key": "w", "topic": "weekly_summary", "team": team, "route": "mail", "day": today()},
        **{"message_id": "<w@example.com>", "thread": "<w@example.com>"},
        **{"written_at": MORNING, "not_before": MORNING},
    )
    letter = composing.compose(message, MORNING)
    return [letter.subject, letter.html, letter.text, letter.chat] if letter else []


def test_a_digest_without_visible_items_is_not_sent(ana, rita):
    incident = IncidentFactory(title="Zanzibar merger", owner=rita)
    ActionItemFactory(owner=ana, incident=incident, due_on=MONDAY)
    keys = ledger.write_due(MORNING)
    Incident.objects.filter(pk=incident.pk).update(visibility="restricted")

    outcomes = delivery.deliver(keys, clock=lambda: MORNING)

    assert set(outcomes.values()) == {delivery.Outcome.DROPPED}
    assert mail.outbox == []
