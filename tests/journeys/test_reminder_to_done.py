"""Weeks after: a reminder arrives, leads to the promise, and the promise is kept."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from incidents.models import ActionItem

pytestmark = pytest.mark.journey


def next_business_morning():
    """09:30 UTC, when it is past nine in Dublin all year, of the next Monday to Friday."""
    day = timezone.now() + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day.replace(hour=9, minute=30)


def test_from_the_mail_to_done(enter, administrator, site):
    page = enter(administrator)
    morning = next_business_morning()
    page.goto(f"{site}/incidents/INC-6/")
    items = page.locator("#action-items")
    items.get_by_role("link", name=re.compile("^Add")).click()
    items.get_by_label("Title").fill("List every certificate with its end")
    items.get_by_label("Owner").fill("Omar Operator")
    items.get_by_label("Due").fill((morning - timedelta(days=1)).date().isoformat())
    items.get_by_role("button", name="Save").click()
    expect(items).to_contain_text("List every certificate with its end")

    call_command("send_reminders", now=morning.isoformat())
    call_command("send_reminders", now=(morning + timedelta(hours=1)).isoformat())

    [message] = mail.outbox
    assert message.to == [administrator.email]
    assert "1 overdue" in message.subject
    link = re.search(r"http\S+/action-items/\d+/", message.body)
    assert link is not None
    page.goto(link.group())
    expect(page.get_by_role("heading", level=1)).to_contain_text("List every certificate")
    page.get_by_role("link", name="Done").first.click()
    page.locator("textarea").first.fill("The list is in the runbook; the check ran on Tuesday.")
    page.get_by_role("button", name="Done").click()

    expect(page.get_by_text("The list is in the runbook").first).to_be_visible()
    assert ActionItem.objects.get(title="List every certificate with its end").status == "done"
