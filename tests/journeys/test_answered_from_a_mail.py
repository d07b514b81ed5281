"""Weeks after, on the phone: a reminder is answered from the mail, and only by whom it is for."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from accounts import mailbox
from accounts.models import SignInLink
from incidents.models import ActionItem, ActionItemChange, Incident
from tests.factories import UserFactory
from tests.journeys.test_reminder_to_done import next_business_morning

pytestmark = pytest.mark.journey


@pytest.fixture
def promised(site, administrator, settings):
    """Two items of the administrator, overdue in the mail that is in the mailbox."""
    settings.EMAIL_BACKEND = "accounts.mailbox.MailboxBackend"
    morning, now = next_business_morning(), timezone.now()
    incident = Incident.objects.get(reference="INC-6")
    for place, title in enumerate(("List every certificate", "Alert before one expires"), 900):
        ActionItem.objects.create(
            incident=incident,
            position=place,
            title=title,
            owner=administrator,
            due_on=morning.date() - timedelta(days=1),
            created_at=now,
            updated_at=now,
        )
    call_command("send_reminders", now=morning.isoformat())
    return ActionItem.objects.filter(owner=administrator)


def links_of(title: str) -> dict[str, str]:
    """The links beside `title` in the mail, as its HTML part has them."""
    [name] = mailbox.names()
    html = mailbox.part(mailbox.parsed(name), "html")
    assert html is not None
    beside = html.split(f">{title}<")[1].split("</tr>")[0]
    return {words: url for url, words in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', beside)}


@pytest.mark.shows_mail
def test_done_from_the_mail_in_the_mailbox(enter, administrator, site, promised):
    page = enter(administrator)
    page.goto(f"{site}/mailbox/")
    page.get_by_role("link", name="2 overdue").click()
    page.locator(".letter-text a[href*='/answer/']").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Update this action item")
    page.get_by_role("link", name="Done").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Mark as done?")
    assert promised.filter(status="open").count() == 2
    page.get_by_label("What shows that it is done?").fill("The list is in the runbook.")
    page.get_by_role("button", name="Mark as done").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Done. Thank you.")
    done = promised.get(status="done")
    assert done.closing_note == "The list is in the runbook."
    assert ActionItemChange.objects.get(item=done, what="status").via == "mail"


def test_answered_without_signing_in_once_and_by_nobody_else(browser, page, site, promised):
    links = links_of("Alert before one expires")

    page.goto(links["Snooze"])
    page.get_by_label("Three days").check()
    page.get_by_label("Why").fill("The vendor answers on Friday.")
    page.get_by_role("button", name="Snooze").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Snoozed")
    page.goto(links["Snooze"])
    expect(page.get_by_text("This link no longer works.")).to_be_visible()
    page.goto(f"{site}/action-items/")
    expect(page).to_have_url(re.compile("/accounts/login/"))

    ben = UserFactory(username="ben")
    with browser.new_context() as his:
        other = his.new_page()
        other.goto(f"{site}/sign-in/{SignInLink.objects.issue(ben, at=timezone.now())}/")
        other.get_by_role("button", name="Sign in").click()
        other.goto(links["Done"])
        expect(other.get_by_role("heading", level=1)).to_have_text("This link no longer works")
        expect(other.get_by_text("Alert before one expires")).not_to_be_visible()
    item = promised.get(title="Alert before one expires")
    assert (item.status, item.snooze_count) == ("open", 1)
