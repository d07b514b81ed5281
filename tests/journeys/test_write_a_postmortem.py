"""The day after: write a postmortem, publish it, find it again."""

import re

import pytest
from playwright.sync_api import expect

from incidents.models import Incident
from tests.journeys.browsers import in_both_browsers

pytestmark = [pytest.mark.journey, in_both_browsers]


def test_write_publish_and_find(enter, administrator, site):
    page = enter(administrator)
    page.keyboard.press("n")
    page.get_by_label("Title").fill("Checkout refused every card for an hour")
    page.get_by_label("Severity").select_option("SEV1")
    page.get_by_label("Environment").select_option("production")
    page.get_by_label("Services").fill("checkout, payments gateway")
    page.get_by_label("Time zone").fill("Europe/Dublin")
    page.get_by_label("Started on").fill("2026-07-14")
    page.get_by_label("Time", exact=True).fill("09:12")
    page.get_by_role("button", name="Create incident").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Checkout refused every card for an hour"
    )

    # A section, with the preview beside what is typed.
    page.get_by_role("link", name=re.compile("Edit Summary")).click()
    editor = page.locator("textarea[name=body]")
    editor.fill("The **acquirer's** intermediate certificate changed and our pin refused it.")
    expect(page.locator(".markdownx-preview strong")).to_have_text("acquirer's")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("strong", has_text="acquirer's")).to_be_visible()

    # A timeline event, in the incident's own clock, with UTC beside it.
    page.get_by_role("link", name="Add an event").click()
    page.get_by_label("What happened").fill("Pin removed, payments go through.")
    page.get_by_label("Day", exact=True).fill("2026-07-14")
    page.get_by_label("Time", exact=True).fill("10:20")
    page.get_by_label("Milestone").select_option("resolved")
    page.locator("form.writing-form .btn-primary").click()
    timeline = page.locator("#timeline")
    expect(timeline.get_by_text("10:20")).to_be_visible()
    expect(timeline.get_by_text(re.compile("09:20.*UTC|UTC.*09:20")).first).to_be_visible()

    page.get_by_role("link", name="Add a cause").click()
    page.locator("#root-causes textarea[name=text]").fill(
        "The certificate was pinned in two places."
    )
    page.locator("form.writing-form .btn-primary").click()
    expect(page.locator("#root-causes")).to_contain_text("pinned in two places")

    page.locator("#action-items").get_by_role("link", name=re.compile("^Add")).click()
    page.locator("#action-items").get_by_label("Title").fill(
        "Alert thirty days before a pin expires"
    )
    page.locator("#action-items").get_by_role("button", name="Save").click()
    expect(page.locator("#action-items")).to_contain_text("Alert thirty days before a pin expires")

    page.get_by_role("link", name="Link a pattern").click()
    page.get_by_label("Pattern", exact=True).select_option(
        label="Credential or certificate expired unnoticed"
    )
    page.get_by_role("button", name=re.compile("Link|Save")).click()
    patterns = page.locator("#patterns")
    expect(patterns).to_contain_text("Credential or certificate expired unnoticed")
    expect(patterns).to_contain_text("INC-6")
    expect(
        patterns.get_by_role("link", name=re.compile("Certificate expired: find it"))
    ).to_be_visible()

    # Publish, then find it by its words.
    page.reload()
    menu = page.get_by_label("More actions")
    publish = page.get_by_role("button", name=re.compile("Publish"))
    if not publish.is_visible():
        menu.click()
    publish.click()
    expect(page.get_by_text("Published").first).to_be_visible()
    page.get_by_role("searchbox", name="Search").first.fill("acquirer intermediate certificate")
    page.keyboard.press("Enter")
    first = page.locator("main a", has_text="Checkout refused every card").first
    expect(first).to_be_visible()
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Checkout refused every card for an hour"
    )

    incident = Incident.objects.get(title="Checkout refused every card for an hour")
    assert incident.status == "published"
    assert (incident.resolved_at - incident.started_at).total_seconds() == 68 * 60


def test_two_people_save_the_same_section_and_both_texts_survive(
    enter, administrator, site, watched
):
    page = enter(administrator)
    url = f"{site}/incidents/INC-4/"
    page.goto(url)
    page.get_by_role("link", name=re.compile("Edit Impact")).click()
    page.locator("textarea[name=body]").fill("Mine: three hundred students waited.")
    other = page.context.new_page()
    other.goto(url)
    other.get_by_role("link", name=re.compile("Edit Impact")).click()
    other.locator("textarea[name=body]").fill("Theirs: the proxy error was shown to everybody.")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Theirs: the proxy error")).to_be_visible()

    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Theirs: the proxy error").first).to_be_visible()
    expect(page.get_by_text("Mine: three hundred students").first).to_be_visible()
    watched[:] = [complaint for complaint in watched if "409" not in complaint]
    assert "Theirs" in Incident.objects.get(number=4).sections.get(kind="impact").body


def test_text_typed_while_the_session_expired_is_still_there_after_signing_in(
    enter, administrator, site, watched
):
    administrator.set_password("rehearse the failover monthly")
    administrator.save()
    page = enter(administrator)
    page.goto(f"{site}/incidents/INC-4/")
    page.get_by_role("link", name=re.compile("Edit Lessons")).click()
    # What is asked for because of the first words is answered while the session still lives.
    with page.expect_response(re.compile("/similar/$")):
        page.locator("textarea[name=body]").fill("Words that took an hour to find.")
    expect(page.locator(".markdownx-preview")).to_contain_text("Words that took an hour")
    page.context.clear_cookies(name="sessionid")
    # What the page asks by itself while one types must not lead away from the form.
    with page.expect_response(re.compile("/similar/$")) as asked:
        page.locator("textarea[name=body]").press_sequentially(" ")
        page.locator("textarea[name=body]").press("Backspace")
    assert asked.value.status == 204
    watched[:] = [complaint for complaint in watched if "401" not in complaint]
    page.get_by_role("button", name="Save").click()

    page.get_by_label(re.compile("username|e-mail|login", re.I)).first.fill("omar")
    page.get_by_label(re.compile("^Password", re.I)).fill("rehearse the failover monthly")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Words that took an hour to find.").first).to_be_visible()
    page.get_by_role("button", name=re.compile("Save|Send")).first.click()

    expect(page.get_by_text("Words that took an hour to find.").first).to_be_visible()
    assert (
        Incident.objects.get(number=4).sections.get(kind="lessons").body
        == "Words that took an hour to find."
    )
