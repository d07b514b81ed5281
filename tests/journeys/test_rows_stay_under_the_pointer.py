"""An answered row stays where it was: a second click at the same place answers nothing else."""

import re
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from action_items.models import FixCheck
from incidents.models import PatternLink
from likeness.models import SimilarityVerdict
from playbooks.models import FailurePattern
from tests.factories import DoneActionItemFactory, IncidentFactory, PatternLinkFactory

pytestmark = pytest.mark.journey

TEXT = "Every lookup failed with `NXDOMAIN`: no such host. The resolver said SERVFAIL."


@pytest.fixture(params=[1280, 390])
def page(request, enter, administrator):
    opened = enter(administrator)
    opened.set_viewport_size({"width": request.param, "height": 800})
    return opened


@pytest.fixture
def again(site):
    """The second incident of a pattern, after three fixes were made."""
    pattern = FailurePattern.objects.get(slug="dns")
    first, second = (
        IncidentFactory(number=number, title=title, occurred_at=at, occurred_precision="minute")
        for number, title, at in (
            (901, "Resolver gone", datetime(2025, 9, 1, 12, tzinfo=UTC)),
            (902, "Names do not resolve", datetime(2026, 11, 1, 12, tzinfo=UTC)),
        )
    )
    for incident in (first, second):
        PatternLinkFactory(incident=incident, pattern=pattern)
    for title in ("Cache on every node", "Watch the resolver", "Two resolvers"):
        DoneActionItemFactory(
            incident=first, title=title, closed_at=datetime(2025, 10, 1, tzinfo=UTC)
        )
    return second


def click_twice(page, button, row, *, pause):
    """Click the middle of `button`, then the same place of the screen, `pause` ms later."""
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    if pause:
        expect(row).to_contain_text(re.compile("Take back|Undo"))
        page.evaluate("ms => new Promise((done) => setTimeout(done, ms))", pause)
    page.mouse.click(x, y)
    expect(row).to_contain_text(re.compile("Take back|Undo"))
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("pause", [0, 800], ids=["double click", "second click later"])
@pytest.mark.parametrize("answer", ["It held", "It did not"])
def test_a_second_click_judges_no_other_fix(page, site, again, answer, pause):
    page.goto(f"{site}/incidents/{again.reference}/")
    row = page.locator(".fix-check").first
    before = page.locator(".fix-check-what > a").all_inner_texts()

    click_twice(page, row.get_by_role("button", name=answer, exact=True), row, pause=pause)

    assert FixCheck.objects.count() == 1
    assert page.locator(".fix-check-what > a").all_inner_texts() == before
    assert page.evaluate("document.activeElement.closest('.fix-check')?.id") == (
        row.get_attribute("id")
    )


def test_answering_by_keyboard_keeps_the_focus_in_the_row(page, site, again):
    page.goto(f"{site}/incidents/{again.reference}/")
    row = page.locator(".fix-check").nth(1)

    row.get_by_role("button", name="It held").focus()
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Undo")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('.fix-check')?.id") == (
        row.get_attribute("id")
    )


@pytest.mark.parametrize("pause", [0, 800], ids=["double click", "second click later"])
@pytest.mark.parametrize("answer", ["Confirm", "Dismiss"])
def test_a_second_click_decides_no_other_suggestion(page, site, again, answer, pause):
    again.pattern_links.all().delete()
    again.sections.create(
        kind="summary",
        title="Summary",
        position=1,
        body=f"{TEXT} The certificate had expired: x509: certificate has expired.",
        updated_at=again.updated_at,
    )
    page.goto(f"{site}/incidents/{again.reference}/")
    row = page.locator("#pattern-suggestions .likeness-row").first
    expect(row).to_be_visible()
    name = row.locator(".likeness-title").inner_text()

    button = row.get_by_role("button", name=re.compile(f"^{answer}"))
    click_twice(page, button, row, pause=pause)

    decided = PatternLink.objects.filter(incident=again).exclude(state="suggested")
    assert [link.pattern.name for link in decided] == [name]


@pytest.mark.parametrize("pause", [0, 800], ids=["double click", "second click later"])
@pytest.mark.parametrize("answer", ["Same failure", "Dismiss"])
def test_a_second_click_decides_no_other_similar_incident(page, site, again, answer, pause):
    call_command("learn")
    page.goto(f"{site}/incidents/INC-1/")
    row = page.locator("#similar-incidents .likeness-row").first
    expect(row).to_be_visible()

    button = row.get_by_role("button", name=re.compile(f"^{answer}"))
    click_twice(page, button, row, pause=pause)

    assert SimilarityVerdict.objects.count() == 1
    row.get_by_role("button", name="Undo").click()
    expect(row.get_by_role("button", name="Undo")).to_have_count(0)
    expect(row.get_by_role("button", name=re.compile(f"^{answer}"))).to_be_enabled()
    assert not SimilarityVerdict.objects.exists()
