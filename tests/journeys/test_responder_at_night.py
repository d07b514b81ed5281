"""3 a.m., on a phone: a misspelt symptom leads to the playbook."""

import re

import pytest
from playwright.sync_api import expect

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
    first_step = page.get_by_role("checkbox").first
    first_step.check()
    expect(page.get_by_text("When to escalate").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("checkbox").first).to_be_checked()
    assert sideways(page) == 0


PAGES = [
    "/", "/incidents/", "/incidents/INC-2/", "/incidents/INC-4/", "/incidents/INC-4/revisions/",
    "/incidents/new/", "/patterns/", "/patterns/cert-credential/", "/playbooks/",
    "/playbooks/certificate-expired/", "/playbooks/new/", "/action-items/?scope=all",
    "/search/?q=dns", "/search/?q=zzzzqqqq", "/profile/", "/mailbox/",
]  # fmt: skip


def test_no_page_scrolls_sideways_on_a_phone(enter, administrator, site):
    page = enter(administrator)

    scrolling = []
    for path in PAGES:
        page.goto(site + path)
        if sideways(page):
            scrolling.append(path)

    assert scrolling == []
