"""Two people write one section in two browsers: every word is there once, for both."""

from __future__ import annotations

import contextlib
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

from accounts.models import SignInLink, User
from incidents.models import Incident, Section, UnsavedText
from incidents.operations import incidents, sections
from incidents.operations.incidents import IncidentFields
from tests.factories import NOON, UserFactory
from tests.journeys.browsers import in_both_browsers
from tests.journeys.conftest import wait_for_requests

pytestmark = pytest.mark.journey

START = "Before anybody came.\n\nThe middle of it.\n\nAfter everybody left."


@pytest.fixture
def ana(transactional_db) -> User:
    return UserFactory(username="ana", full_name="Ana Author")


@pytest.fixture
def ben(transactional_db) -> User:
    return UserFactory(username="ben", full_name="Ben Builder")


@pytest.fixture
def incident(ana) -> Incident:
    fields = IncidentFields(title="Hub down")
    return incidents.create(fields, with_standard_sections=False, by=ana, at=NOON)


@pytest.fixture
def section(incident, ana) -> Section:
    return sections.add(incident, title="Notes", body=START, kind="other", by=ana, at=NOON)


@pytest.fixture
def opened(live_server, settings, browser: Browser, section) -> Iterator[Callable[[User], Page]]:
    """`opened(person)` is the writing page in a browser of that person's own."""
    settings.SITE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    contexts = []

    def open_for(person: User) -> Page:
        context = browser.new_context()
        contexts.append(context)
        page = context.new_page()
        sign_in(page, person)
        page.goto(f"{live_server.url}{section.incident.get_absolute_url()}write/")
        expect(field(page)).to_have_value(START)
        return page

    def sign_in(page: Page, person: User) -> None:
        token = SignInLink.objects.issue(person, at=timezone.now())
        page.goto(f"{live_server.url}/sign-in/{token}/")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{live_server.url}/")

    open_for.sign_in = sign_in
    yield open_for
    for context in contexts:
        context.close()
    time.sleep(0.3)  # pages say that they leave
    wait_for_requests()


def field(page: Page):
    return page.locator("textarea[data-live-text]")


def is_saved(page: Page) -> None:
    expect(field(page)).to_have_attribute("data-live-state", "saved")


def place_caret(page: Page, after: str) -> None:
    field(page).focus()
    field(page).evaluate(
        "(area, after) => { const at = area.value.indexOf(after) + after.length;"
        " area.setSelectionRange(at, at); }",
        after,
    )


def body(section: Section) -> str:
    return Section.objects.get(pk=section.pk).body


@in_both_browsers
def test_what_is_typed_is_saved_and_said_to_be(opened, ana, section):
    page = opened(ana)
    place_caret(page, "Before anybody came.")

    page.keyboard.type(" And again.")

    is_saved(page)
    assert body(section) == START.replace("came.", "came. And again.")
    expect(page.locator("[data-live-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('live:'))") == []


@in_both_browsers
def test_two_people_type_in_one_section_at_the_same_time(opened, ana, ben, section):
    pages = {"ana": opened(ana), "ben": opened(ben)}
    place_caret(pages["ana"], "Before anybody")
    place_caret(pages["ben"], "The middle")
    typed = {name: [f"{name}{number}x" for number in range(40)] for name in pages}

    for number in range(40):
        for name, page in pages.items():
            page.keyboard.type(f" {typed[name][number]}")

    for page in pages.values():
        is_saved(page)
        expect(field(page)).to_have_value(re.compile("ana39x.*ben39x", re.DOTALL))
    texts = {field(page).input_value() for page in pages.values()} | {body(section)}
    [text] = texts
    found = Counter(re.findall(r"(?:ana|ben)\d+x", text))
    assert found == Counter(typed["ana"] + typed["ben"])
    # The carets never moved: each one's words are one run.
    assert "Before anybody " + " ".join(typed["ana"]) + " came." in text
    assert "The middle " + " ".join(typed["ben"]) + " of it." in text


@in_both_browsers
def test_both_type_at_the_same_place(opened, ana, ben, section):
    pages = {"ana": opened(ana), "ben": opened(ben)}
    for page in pages.values():
        place_caret(page, "The middle")

    for number in range(15):
        for name, page in pages.items():
            page.keyboard.type(f" {name}{number}x")

    for page in pages.values():
        expect(field(page)).to_have_value(re.compile("ana14x"))
        expect(field(page)).to_have_value(re.compile("ben14x"))
        is_saved(page)
    expect(field(pages["ana"])).to_have_value(field(pages["ben"]).input_value())
    found = Counter(re.findall(r"(?:ana|ben)\d+x", body(section)))
    assert sorted(found.values()) == [1] * 30


@in_both_browsers
def test_others_words_leave_ones_own_undo(opened, ana, ben, section):
    mine, theirs = opened(ana), opened(ben)
    place_caret(mine, "After everybody")
    mine.keyboard.type(" at last")
    is_saved(mine)
    place_caret(theirs, "Before")
    theirs.keyboard.type(" anything and")
    expect(field(mine)).to_have_value(re.compile("Before anything and anybody"))

    mine.keyboard.type("!")
    mine.keyboard.press("Control+z")

    expect(field(mine)).to_have_value(re.compile("After everybody at last(?!!)"))
    expect(field(mine)).to_have_value(re.compile("Before anything and anybody"))


@in_both_browsers
def test_both_texts_stay_where_both_changed_the_same_words(opened, ana, ben, section):
    mine, theirs = opened(ana), opened(ben)
    for page in (mine, theirs):
        page.context.set_offline(True)
    field(mine).fill(START.replace("middle", "beginning"))
    field(theirs).fill(START.replace("middle", "end"))

    mine.context.set_offline(False)
    is_saved(mine)
    theirs.context.set_offline(False)

    is_saved(theirs)
    for page in (mine, theirs):
        expect(field(page)).to_have_attribute("data-live-clashes", "1")
    assert "The beginning end of it." in body(section)


@in_both_browsers
def test_what_was_typed_offline_is_saved_later(opened, ana, section):
    page = opened(ana)
    page.context.set_offline(True)
    place_caret(page, "The middle")

    page.keyboard.type(" and more")

    expect(page.locator("[data-live-status]")).to_have_text("Offline, kept in this browser")
    page.context.set_offline(False)
    is_saved(page)
    assert "The middle and more of it." in body(section)


@in_both_browsers
def test_what_a_closed_tab_could_not_save_is_merged_back(opened, ana, ben, section):
    page = opened(ana)
    page.context.route("**/live/", lambda route: route.abort())
    place_caret(page, "The middle")
    page.keyboard.type(" and more")
    expect(field(page)).to_have_attribute("data-live-state", "offline")
    address = page.url
    page.close()
    sections.save(
        section,
        title="Notes",
        body=f"First. {START}",
        kind="other",
        base_version=1,
        by=ben,
        at=NOON,
    )

    context = page.context
    context.unroute("**/live/")
    again = context.new_page()
    again.goto(address)

    expect(field(again)).to_have_value(re.compile("First. Before.*The middle and more", re.DOTALL))
    assert body(section).count("and more") == 1


@in_both_browsers
def test_a_tab_that_was_answered_unheard_is_not_saved_twice(opened, ana, section):
    page = opened(ana)

    def answer_into_the_void(route):
        with contextlib.suppress(PlaywrightError):  # the tab was closed meanwhile
            route.fetch()
            route.abort()

    page.context.route("**/sections/*/live/", answer_into_the_void)
    place_caret(page, "The middle")
    page.keyboard.type(" and more")
    expect(field(page)).to_have_attribute("data-live-state", "offline")
    page.keyboard.type(" still")
    address, context = page.url, page.context
    page.close()
    context.unroute("**/sections/*/live/")

    again = context.new_page()
    again.goto(address)

    expect(field(again)).to_have_value(re.compile("The middle and more still of it."))
    assert body(section).count("and more") == 1


@in_both_browsers
def test_after_signing_in_again_elsewhere_it_is_saved(opened, ana, section):
    page = opened(ana)
    page.context.clear_cookies()
    place_caret(page, "The middle")
    page.keyboard.type(" and more")
    expect(field(page)).to_have_attribute("data-live-state", "signed-out")

    other = page.context.new_page()
    opened.sign_in(other, ana)
    other.close()
    page.bring_to_front()

    is_saved(page)
    assert "The middle and more of it." in body(section)


@in_both_browsers
def test_words_for_a_section_that_was_removed_are_kept(opened, ana, ben, section):
    page = opened(ana)
    place_caret(page, "The middle")
    sections.delete(section, by=ben, at=NOON)

    page.keyboard.type(" and more")

    expect(field(page)).to_have_attribute("data-live-state", "gone")
    kept = UnsavedText.objects.get()
    assert kept.person == ana
    assert "The middle and more of it." in kept.body


def test_the_page_works_without_javascript(live_server, settings, browser, ana, section, opened):
    page = opened(ana)
    state = page.context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    plain = context.new_page()
    plain.goto(page.url)

    plain.get_by_label("Text of Notes").fill("Written without a script.")
    plain.get_by_role("button", name="Save").click()

    expect(plain.get_by_text("Written without a script.")).to_be_visible()
    assert body(section) == "Written without a script."
    context.close()


@in_both_browsers
def test_blank_lines_at_the_beginning_stay(opened, ana, section):
    page = opened(ana)
    field(page).evaluate("(area) => area.setSelectionRange(0, 0)")
    field(page).focus()
    page.keyboard.type("\n\nUp here")
    is_saved(page)

    page.reload()

    expect(field(page)).to_have_value(f"\n\nUp here{START}")


@in_both_browsers
def test_a_heading_is_written_as_one_types(opened, ana, ben, section):
    mine, theirs = opened(ana), opened(ben)
    heading = mine.get_by_label("Heading")
    heading.fill("")
    mine.wait_for_timeout(1_500)  # longer than a save takes
    expect(heading).to_have_value("")

    heading.focus()
    mine.keyboard.type("What we saw ")
    is_saved(mine)
    mine.wait_for_timeout(1_500)
    mine.keyboard.type("that day")

    expect(theirs.get_by_label("Heading")).to_have_value("What we saw that day")
    assert Section.objects.get(pk=section.pk).title == "What we saw that day"
