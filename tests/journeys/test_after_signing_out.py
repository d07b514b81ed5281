"""After signing out, Back shows nothing of what was read."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import SignInLink
from tests.factories import IncidentFactory

pytestmark = pytest.mark.journey

TITLE = "Merger plans in the open bucket"


@pytest.fixture
def usual_page(browser_type, browser_type_launch_args):
    """A page of a browser that keeps whole pages for Back, as people's browsers do."""
    browser = browser_type.launch(
        **browser_type_launch_args, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield browser.new_page()
    browser.close()


def test_back_after_signing_out_shows_nothing(usual_page: Page, site, administrator):
    incident = IncidentFactory(number=9000, title=TITLE, visibility="restricted")
    page = usual_page
    page.goto(f"{site}/sign-in/{SignInLink.objects.issue(administrator, at=timezone.now())}/")
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{site}{incident.get_absolute_url()}")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.goto(f"{site}/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You have signed out.")).to_be_visible()

    for _ in range(2):
        page.evaluate("document.body.dataset.left = 'yes'; history.back()")
        expect(page.locator("body[data-left]")).to_have_count(0)
        expect(page.get_by_role("button", name="Sign in").first).to_be_visible()
        expect(page.get_by_text(TITLE)).to_have_count(0)


def test_a_draft_is_offered_after_going_back(enter, site, administrator):
    """Nothing of the page is kept, but what was typed is."""
    page = enter(administrator)
    page.goto(f"{site}/incidents/new/")
    page.get_by_label("Title").fill("The vault is closed")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{site}/search/")

    page.go_back()

    restore = page.get_by_role("button", name="Restore")
    if page.get_by_label("Title").input_value() != "The vault is closed":
        restore.click()
    expect(page.get_by_label("Title")).to_have_value("The vault is closed")
