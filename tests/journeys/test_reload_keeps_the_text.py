"""Reload, go back, leave: what was typed is still there, and nothing fails aloud."""

import re

import pytest
from playwright.sync_api import Page, expect

from incidents.models import Incident
from tests.journeys.browsers import in_both_browsers

pytestmark = [pytest.mark.journey, in_both_browsers]


def leave_without_asking(page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept())


def kept_drafts(page: Page) -> list[str]:
    return page.evaluate(
        "Object.keys(localStorage).filter((name) => name.startsWith('draft:'))"
        ".map((name) => localStorage.getItem(name))"
    )


def test_text_survives_a_reload(enter, administrator, site):
    page = enter(administrator)
    leave_without_asking(page)
    page.goto(f"{site}/incidents/INC-4/")
    page.get_by_role("link", name=re.compile("Edit Impact")).click()
    page.locator("textarea[name=body]").fill("Two hundred words that took an hour.")
    address = page.locator("form[data-draft-key]").get_attribute("action")
    page.goto(f"{site}{address}")
    page.get_by_role("button", name="Restore").click()
    expect(page.locator("textarea[name=body]")).to_have_value(
        "Two hundred words that took an hour."
    )

    page.reload()

    expect(page.locator("form[data-draft-key]")).to_be_visible()
    field = page.locator("textarea[name=body]")
    offer = page.get_by_role("button", name="Restore")
    if field.input_value() != "Two hundred words that took an hour.":
        offer.click()
    else:  # this browser put it back itself: then nothing is to be offered
        expect(offer).to_have_count(0)
    expect(field).to_have_value("Two hundred words that took an hour.")
    assert any("took an hour" in draft for draft in kept_drafts(page))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Two hundred words that took an hour.").first).to_be_visible()
    body = Incident.objects.get(number=4).sections.get(kind="impact").body
    assert body == "Two hundred words that took an hour."


def test_a_second_reload_still_keeps_it_and_leaving_warns(enter, administrator, site):
    page = enter(administrator)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{site}/incidents/INC-4/")
    page.get_by_role("link", name=re.compile("Edit Impact")).click()
    address = page.locator("form[data-draft-key]").get_attribute("action")
    page.goto(f"{site}{address}")
    page.locator("textarea[name=body]").click()
    page.keyboard.type("Typed by hand.")
    for _ in range(2):
        page.reload()
        expect(page.locator("form[data-draft-key]")).to_be_visible()

    assert any("Typed by hand." in draft for draft in kept_drafts(page))
    if "Typed by hand." in page.locator("textarea[name=body]").input_value():
        page.locator("textarea[name=body]").click()
        asked.clear()
        page.goto(f"{site}/")
        assert asked == ["beforeunload"]


def test_choices_survive_as_well(enter, administrator, site):
    page = enter(administrator)
    leave_without_asking(page)
    page.goto(f"{site}/incidents/new/")
    page.get_by_label("Title").fill("Registry lost its certificate")
    page.get_by_label("Severity").select_option("SEV2")
    page.get_by_label("Title").press("Tab")

    page.goto(f"{site}/")
    page.goto(f"{site}/incidents/new/")
    page.get_by_role("button", name="Restore").click()

    expect(page.get_by_label("Title")).to_have_value("Registry lost its certificate")
    expect(page.get_by_label("Severity")).to_have_value("SEV2")


def test_an_untouched_form_is_left_without_a_word_and_leaves_no_draft(enter, administrator, site):
    page = enter(administrator)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    for address in ("/incidents/new/", "/incidents/INC-4/edit/", "/playbooks/new/"):
        page.goto(f"{site}{address}")
        page.locator("form[data-draft-key] input:not([type=hidden])").first.click()
        page.reload()
        expect(page.locator("form[data-draft-key]").first).to_be_visible()

    assert asked == []
    assert kept_drafts(page) == []


def test_leaving_a_page_that_is_still_loading_is_no_failure(enter, administrator, site):
    page = enter(administrator)
    waiting: list = []
    page.context.route(re.compile("/similar/"), lambda route: waiting.append(route))
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => new MutationObserver((seen) => {"
        "for (const one of seen) for (const node of one.addedNodes)"
        " if (node.classList?.contains('request-failed'))"
        "  sessionStorage.setItem('failed', node.textContent);"
        "}).observe(document.body, {childList: true, subtree: true}))"
    )
    with page.expect_request(re.compile("/similar/")):
        page.goto(f"{site}/incidents/INC-4/")

    page.goto(f"{site}/")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    assert page.evaluate("sessionStorage.getItem('failed')") is None
    expect(page.locator(".request-failed")).to_have_count(0)
    assert waiting
