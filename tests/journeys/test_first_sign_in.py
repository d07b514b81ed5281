"""The first minutes: the printed link, the home page, the tour, a password of one's own."""

import re
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


def test_the_printed_link_leads_to_the_knowledge_base_once(site, page, watched, capsys):
    call_command("first_administrator")
    printed = re.search(r"http\S+/sign-in/\S+", capsys.readouterr().out)
    assert printed is not None
    link = site + urlsplit(printed.group()).path

    page.goto(link)
    page.get_by_role("button", name=re.compile("Sign in")).click()

    expect(page.get_by_role("heading", name="Failures that recur")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Open action items"))).to_be_visible()
    expect(
        page.get_by_role("link", name=re.compile("client certificate expired")).first
    ).to_be_visible()

    page.wait_for_load_state("networkidle")  # a fragment that is refused would lead elsewhere
    page.context.clear_cookies()
    answer = page.goto(link)
    assert answer is not None
    assert answer.status == 410
    watched.clear()  # the console notes the 410 that was asked for
    expect(page.get_by_role("button", name=re.compile("Sign in as"))).to_have_count(0)


def test_the_newcomer_sets_a_password_and_signs_in_with_it(enter, administrator, site):
    page = enter(administrator)

    page.goto(f"{site}/profile/")
    page.get_by_role("link", name=re.compile("password", re.I)).first.click()
    page.locator("input[name=password1]").fill("rehearse the failover monthly")
    page.locator("input[name=password2]").fill("rehearse the failover monthly")
    page.get_by_role("button", name=re.compile("password", re.I)).click()
    page.wait_for_url(lambda url: "password/set" not in url)
    page.context.clear_cookies()
    page.goto(f"{site}/accounts/login/")
    page.get_by_label(re.compile("username|e-mail|login", re.I)).first.fill("omar")
    page.get_by_label(re.compile("^Password", re.I)).fill("rehearse the failover monthly")
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("searchbox", name="What are you seeing?")).to_be_visible()
