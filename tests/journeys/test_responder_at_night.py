"""3 a.m., on a phone: a misspelt symptom leads to the playbook."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import SignInLink
from recurrence.models import PlaybookRun
from recurrence.operations import playbook_runs
from tests.factories import UserFactory

pytestmark = pytest.mark.journey


@pytest.fixture
def browser_context_args(browser_context_args):
    return browser_context_args | {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "color_scheme": "dark",
    }


def sideways(page) -> int:
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def test_a_misspelt_symptom_leads_to_the_playbook(enter, administrator):
    page = enter(administrator)
    page.get_by_role("searchbox").first.fill("certifcate expird")
    page.keyboard.press("Enter")

    expect(page.get_by_text(re.compile("Showing results for"))).to_contain_text(
        "certificate expired"
    )
    titles = page.locator("main h2 a, main h3 a")
    expect(titles.nth(0)).to_contain_text(re.compile("certificate expired", re.I))
    assert sideways(page) == 0
    page.locator("main").get_by_role(
        "link", name=re.compile("Certificate expired: find it")
    ).first.tap()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Certificate expired")
    page.get_by_role("checkbox", name=re.compile("Check that the clock")).tap()

    progress = page.get_by_role("status")
    expect(progress).to_have_text("1 of 8 done")
    expect(page.get_by_text("When to escalate").first).to_be_visible()
    second = page.get_by_role("checkbox", name=re.compile("Look at the certificate"))
    second.tap()
    expect(progress).to_have_text("2 of 8 done")
    expect(second).to_be_focused()
    run = PlaybookRun.objects.get()
    playbook_runs.tick(run, position=8, by=UserFactory(full_name="Ben Builder"), at=timezone.now())
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("by Ben Builder")).to_be_visible()
    expect(progress).to_have_text("3 of 8 done")
    page.get_by_text("Skip step 3").tap()
    page.get_by_label("Why step 3 is skipped").fill("There is only one")
    page.get_by_role("button", name="Skip it").first.tap()
    expect(progress).to_have_text("3 of 8 done, 1 skipped")
    expect(page.get_by_text("There is only one")).to_be_visible()
    assert sideways(page) == 0
    page.reload()
    expect(second).to_be_checked()
    page.get_by_role("link", name="Finish").tap()
    page.get_by_label("Helped partly").tap()
    page.get_by_label("Note").fill("The root was not on the list.")
    page.get_by_role("button", name="Finish the run").tap()
    expect(page.get_by_role("heading", name="Outcome", exact=True)).to_be_visible()
    expect(page.get_by_text("The root was not on the list.")).to_be_visible()
    page.get_by_role("link", name="The playbook", exact=True).tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Certificate expired")
    expect(page.get_by_role("link", name=re.compile(r"Helped in \d+ of \d+ uses"))).to_be_visible()
    assert sideways(page) == 0


def test_a_playbook_is_followed_without_javascript(site, administrator, browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    token = SignInLink.objects.issue(administrator, at=timezone.now())
    page.goto(f"{site}/sign-in/{token}/")
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{site}/playbooks/certificate-expired/")

    page.get_by_role("checkbox").first.click()
    page.get_by_role("checkbox").nth(1).click()
    expect(page.get_by_text("2 of 8 done")).to_be_visible()
    page.get_by_label("Reference of the incident").fill("INC-6")
    page.get_by_role("button", name="Attach").click()
    expect(page.get_by_text(re.compile("^For INC-6"))).to_be_visible()
    page.get_by_label("Helped", exact=True).check()
    page.get_by_role("button", name="Finish the run").click()

    expect(page.get_by_role("heading", name="Outcome", exact=True)).to_be_visible()
    context.close()


PAGES = [
    "/", "/incidents/", "/incidents/INC-2/", "/incidents/INC-4/", "/incidents/INC-4/revisions/",
    "/incidents/new/", "/patterns/", "/patterns/cert-credential/", "/playbooks/",
    "/playbooks/certificate-expired/", "/playbooks/new/", "/action-items/?scope=all",
    "/search/?q=dns", "/search/?q=zzzzqqqq", "/search/saved/", "/profile/", "/mailbox/",
]  # fmt: skip


def test_no_page_scrolls_sideways_on_a_phone(enter, administrator, site):
    page = enter(administrator)

    scrolling = []
    for path in PAGES:
        page.goto(site + path)
        if sideways(page):
            scrolling.append(path)

    assert scrolling == []
