"""Looking for what came back: type, narrow by clicks, save, and open it again."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


def test_a_search_is_narrowed_saved_and_opened(enter, administrator, site):
    page = enter(administrator)
    page.goto(f"{site}/search/")
    box = page.locator("#search-box")
    rows = page.locator(".search-row")

    box.press_sequentially("kubernetes certif", delay=20)
    expect(rows.first).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=kubernetes\+certif"))
    expect(box).to_be_focused()

    narrow = page.get_by_role("complementary", name="Narrow the results")
    narrow.get_by_role("link", name=re.compile("^Playbooks")).click()
    expect(page.get_by_role("link", name="Remove the filter Playbooks")).to_be_visible()
    expect(page).to_have_url(re.compile("kind=playbook"))
    expect(page.locator(".search-kind-name").first).to_have_text("Playbook")
    expect(narrow.locator("#facet-kind-playbook.active")).to_be_focused()

    box.fill("kubernetes kind:incident")  # typed besides what was clicked: any of both
    expect(page.get_by_role("link", name="Remove the filter Incidents")).to_be_visible()
    expect(page.get_by_role("link", name="Remove the filter Playbooks")).to_be_visible()
    page.get_by_role("link", name="Remove the filter Playbooks").click()
    expect(page.get_by_role("link", name="Remove the filter Playbooks")).to_have_count(0)
    expect(box).to_have_value("kubernetes")

    box.press("Enter")
    expect(box).to_have_value("kubernetes")
    expect(page.get_by_role("link", name="Remove the filter Incidents")).to_be_visible()
    page.get_by_role("link", name="Save this search").click()
    page.get_by_label("Name").fill("Kubernetes, what happened")
    page.get_by_role("button", name="Save").click()

    page.get_by_role("link", name="Kubernetes, what happened").click()
    expect(page.get_by_role("link", name="Remove the filter Incidents")).to_be_visible()
    # The facets come by script, so once they are there, the keys are too.
    expect(narrow.locator("#facet-kind-incident.active")).to_be_visible()
    page.keyboard.press("j")
    expect(rows.first.locator("[data-list-item]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/incidents/INC-"))


def test_back_shows_the_search_as_it_was(enter, administrator, site):
    page = enter(administrator)
    page.goto(f"{site}/search/?q=kubernetes")
    narrow = page.get_by_role("complementary", name="Narrow the results")
    narrow.get_by_role("link", name=re.compile("^Playbooks")).click()
    expect(page).to_have_url(re.compile("kind=playbook"))

    page.go_back()

    expect(page.get_by_role("link", name="Remove the filter Playbooks")).to_have_count(0)
    expect(page.locator("#search-box")).to_have_value("kubernetes")


def test_without_javascript_the_same_is_reached_by_links(enter, administrator, site, browser):
    cookies = enter(administrator).context.cookies()
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(cookies)
    page = plain.new_page()

    page.goto(f"{site}/search/?q=kubernetes")
    page.get_by_role("link", name="Show filters").click()
    narrow = page.get_by_role("complementary", name="Narrow the results")
    narrow.get_by_role("link", name=re.compile("^Playbooks")).click()

    expect(page.get_by_role("link", name="Remove the filter Playbooks")).to_be_visible()
    plain.close()
