"""A failure comes back: its past appears, and a fix that did not hold is taken up again."""

import re
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect

from action_items.models import FixCheck
from incidents.models import ActionItem
from playbooks.models import FailurePattern
from tests.factories import (
    ActionItemFactory,
    DoneActionItemFactory,
    IncidentFactory,
    PatternLinkFactory,
)
from tests.journeys.browsers import in_both_browsers

pytestmark = [pytest.mark.journey, in_both_browsers]


@pytest.fixture
def again(site):
    """The second incident of a pattern; after the first one, something was done and something
    was promised."""
    pattern = FailurePattern.objects.get(slug="dns")
    first, second = (
        IncidentFactory(number=number, title=title, occurred_at=at, occurred_precision="minute")
        for number, title, at in (
            (901, "Resolver gone", datetime(2025, 9, 1, 12, tzinfo=UTC)),
            (902, "Names do not resolve", datetime(2026, 11, 1, 12, tzinfo=UTC)),
        )
    )
    PatternLinkFactory(incident=first, pattern=pattern)
    PatternLinkFactory(incident=second, pattern=pattern, state="suggested")
    DoneActionItemFactory(
        incident=first, title="Cache on every node", closed_at=datetime(2025, 10, 1, tzinfo=UTC)
    )
    ActionItemFactory(incident=first, title="Watch the resolver", due_on=date(2025, 10, 9))
    return second


def test_confirm_see_what_was_promised_and_take_it_up_again(enter, administrator, site, again):
    page = enter(administrator)
    page.goto(f"{site}/incidents/{again.reference}/")
    callout = page.locator("#came-back")
    expect(callout).to_be_empty()

    # Confirming shows the past in place, and the callout above.
    page.locator("#patterns").get_by_role("button", name="Confirm").click()
    expect(callout).to_contain_text("Second time in 14 months")
    expect(callout).to_contain_text(re.compile(r"Watch the resolver.*\d+ days overdue"))
    expect(callout).to_contain_text("“Cache on every node” was done on 1 Oct 2025.")

    question = page.get_by_role("group", name="Did “Cache on every node” hold?")
    page.get_by_text("Add a note").click()
    page.locator("textarea[name=note]").fill("The cache was full.")
    question.get_by_role("button", name="Did not hold: reopen").click()
    expect(page.locator(".fix-answered")).to_contain_text("it did not hold; open again, due")
    expect(callout).to_contain_text("and did not hold.")

    # The promise itself remembers, with what had been shown for it.
    page.get_by_role("link", name="Cache on every node").first.click()
    expect(page.get_by_text("Did not hold: it came back in")).to_be_visible()
    expect(page.get_by_text("The cache was full.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Done"))).to_be_visible()
    assert ActionItem.objects.get(title="Cache on every node").status == "open"

    # The page of the pattern marks the return, and home tells of it.
    page.goto(f"{site}/patterns/dns/")
    expect(page.get_by_text("Recurred after a fix:")).to_be_visible()
    page.goto(site)
    expect(page.locator(".trend").first).to_be_visible()

    page.goto(f"{site}/incidents/{again.reference}/#patterns")
    page.get_by_role("button", name=re.compile("Undo")).click()
    expect(page.locator(".fix-answered")).to_have_count(0)
    assert not FixCheck.objects.exists()


def test_a_pattern_that_was_only_suggested_brings_its_past_too(enter, administrator, site, again):
    again.pattern_links.all().delete()
    again.sections.create(
        kind="summary",
        title="Summary",
        position=1,
        body="Every lookup failed with `NXDOMAIN`: no such host. The resolver said SERVFAIL.",
        updated_at=again.updated_at,
    )
    page = enter(administrator)
    page.goto(f"{site}/incidents/{again.reference}/")
    callout = page.locator("#came-back")
    suggestion = page.locator("#pattern-suggestions .likeness-row", has_text="DNS").first
    expect(suggestion).to_be_visible()
    expect(callout).to_be_empty()

    suggestion.get_by_role("button", name=re.compile("^Confirm")).click()

    expect(callout).to_contain_text("Second time in 14 months")
    expect(page.locator("#patterns")).to_contain_text("Did the fix hold?")
