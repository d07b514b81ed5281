"""Working in the list of action items: with the keyboard, on the board, and many at once."""

import re

import pytest
from playwright.sync_api import expect

from incidents.models import ActionItem

pytestmark = pytest.mark.journey

EVERYBODYS = "/action-items/?scope=all"


def test_promises_are_chosen_moved_and_kept(enter, administrator, site):
    page = enter(administrator)
    first, second = (
        item.title for item in ActionItem.objects.open().order_by("due_on", "priority", "pk")[:2]
    )

    # Two are chosen with the keyboard, and changed together after a word about what will happen.
    page.goto(f"{site}{EVERYBODYS}&view=table")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=first, exact=True)).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("button", name=re.compile("Change the selected ?: 2"))).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Change 2 action items")).to_be_visible()
    page.get_by_label("Status").select_option("blocked")
    page.get_by_label("Owner").fill("omar")
    page.get_by_role("button", name="Preview changes").click()
    expect(page.get_by_role("heading", name="2 action items will change")).to_be_visible()
    page.get_by_role("button", name="Change 2 action items").click()
    page.get_by_role("link", name="Back to the list").click()

    # On the board one is dragged on, and the other is done, with evidence, by its menu.
    page.get_by_role("link", name="Board").click()
    blocked, going, done = (
        page.locator(f'[data-column="{status}"]') for status in ("blocked", "in_progress", "done")
    )
    blocked.locator(".board-card", has_text=first).drag_to(going)
    expect(going.get_by_role("link", name=first, exact=True)).to_be_visible()
    expect(going.get_by_role("link", name=first, exact=True)).to_be_focused()
    blocked.get_by_role("link", name=second, exact=True).focus()
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Open", exact=True)).to_be_focused()
    page.get_by_role("link", name=re.compile("^Done …")).click()
    evidence = page.get_by_label("What shows that it is done?")
    expect(evidence).to_be_focused()
    evidence.fill("The alert fired in the rehearsal.")
    page.get_by_role("button", name="Done", exact=True).click()
    expect(done.get_by_role("link", name=second, exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("view=board"))


def test_d_on_the_board_opens_the_form_that_marks_a_card_done(enter, administrator, site):
    page = enter(administrator)
    item = ActionItem.objects.open().order_by("due_on", "priority", "pk")[5]
    page.goto(f"{site}{EVERYBODYS}&view=board&incident={item.incident.reference}")
    card = page.locator(f"#action-item-{item.pk}")
    card.get_by_role("link", name=item.title, exact=True).focus()

    page.keyboard.press("d")

    evidence = page.get_by_label("What shows that it is done?")
    expect(evidence).to_be_focused()
    evidence.fill("The alert fired in the rehearsal.")
    page.get_by_role("button", name="Done", exact=True).click()
    done = page.locator('[data-column="done"]')
    expect(done.get_by_role("link", name=item.title, exact=True)).to_be_visible()


def test_on_home_an_item_is_snoozed_in_place_and_keeps_the_focus(enter, administrator, site):
    item = ActionItem.objects.open().order_by("due_on", "priority", "pk")[6]
    ActionItem.objects.filter(pk=item.pk).update(owner=administrator, due_on="2026-01-05")
    page = enter(administrator)
    page.goto(f"{site}/")
    row = page.locator(f"#action-item-{item.pk}")
    snooze = row.get_by_role("link", name=f"Snooze: {item.title}")
    snooze.focus()

    page.keyboard.press("Enter")

    expect(page.get_by_label("Remind again on")).to_be_focused()
    page.get_by_role("button", name="Snooze", exact=True).click()
    expect(row.get_by_text("Snoozed until")).to_be_visible()
    expect(row.get_by_role("link", name=item.title, exact=True)).to_be_focused()
